"""What a plugin declares and nobody could use gets it refused in words, instead of failing those who use it later."""

import json

import pytest

from tests.distributions import distribute, run_python

MANIFEST = 'from core.api import Plugin\nplugin = Plugin(name="{name}", version="1.0", title="Scales")\n'
SCALES = """
from typing import Annotated
from sqlalchemy.orm import Mapped
from core.api import *

class Scale(Record):
    \"\"\"A scale that goods are weighed on.\"\"\"
    __tablename__ = "{name}_scale"
    code: Mapped[str] = field(String(40), label="Code", unique=True)
    state: Mapped[str] = field(states("blocked", "in_service"), label="State")

scales = resource("{name}.scale", Scale, path="{name}-scales", title="Scales", label="code")
"""
READ = 'permission="{name}.scale.read"'
LOADS = """
import sqlalchemy as sa

class Load(Record):
    \"\"\"What lies on it.\"\"\"
    __tablename__ = "{name}_load"
    scale_id, scale = ref(Scale, parent="loads")
    kind: Mapped[str] = field(choice("dry", "liquid"), label="Kind")
"""
# What a plugin says besides, and the words it is refused with.
SAID = {
    "shadow": ('@query("{name}.q", path="items", title="Q", ' + READ + ")\ndef q(ctx): pass\n",
               ["GET items", "inventory.item"]),
    "twice": ('@query("{name}.q", path="{name}-scales", title="Q", ' + READ + ")\ndef q(ctx): pass\n",
              ["GET twice-scales", "twice.scale"]),
    "unread": ("@action(scales)\ndef weigh(ctx, scale, *, load: 'Tonnes'): pass\n", ["unread.scale.weigh", "Tonnes"]),
    "nobody": ("@action(scales)\ndef weigh(): pass\n", ["weigh", "(ctx, record)"]),
    "crowd": ("@action(scales)\ndef weigh(ctx, scale, load): pass\n", ["weigh", "(ctx, record)", "bare *"]),
    "everywhere": ('@action(scales, scope="warehouse")\ndef weigh(ctx): pass\n', ["scope='warehouse'", "collection"]),
    "early": ('@before(scales, "weigh")\ndef look(ctx, scale, values): pass\n', ["early.scale.weigh", "create"]),
    "daily": ('@job("{name}.j")\ndef j(ctx): pass\nschedule("{name}.s", job="{name}.j", cron="every day")\n',
              ["cron='every day'", "five fields"]),
    "seconds": ('@job("{name}.j")\ndef j(ctx): pass\nschedule("{name}.s", job="{name}.j", cron="* * * * * *")\n',
                ["five fields"]),
    "minute": ('@job("{name}.j")\ndef j(ctx): pass\nschedule("{name}.s", job="{name}.j", cron="60 0 * * *")\n',
               ["cron='60 0 * * *'"]),
    "listed": ('setting("{name}.weights", list, default=[], label="Weights")\n', ["listed.weights", "Decimal"]),
    "worded": ('setting("{name}.days", int, default="ten", label="Days")\n', ["worded.days", "'ten'"]),
    "chosen": ('setting("{name}.class", str, default="IV", label="Class", choices=("I", "II"))\n', ["'IV'", "choices"]),
    "least": ('setting("{name}.days", int, default=0, label="Days", minimum=1)\n', ["least.days", "minimum 1"]),
    "most": ('setting("{name}.days", int, default=400, label="Days", maximum=365)\n', ["most.days", "maximum 365"]),
    "letters": ('role("{name}.r", title="R", allow="{name}.*")\n', ["letters.r", "patterns"]),
    "ruled": ('role("{name}.r", title="R", allow=["{name}.*"], rules=["{name}.own"])\n', ["ruled.own", "nobody"]),
    "deaf": ('@observer("{name}.o", action="{name}.scale.weigh")\ndef o(ctx, ids): pass\n', ["deaf.scale.weigh"]),
    "hologram": ('@widget("{name}.w", title="W", kind="hologram", ' + READ + ")\ndef w(ctx): pass\n",
                 ["kind='hologram'", "number"]),
    "column": ('@report("{name}.r", title="R", columns=[column("a", "A", "kilo")], ' + READ + ")\ndef r(ctx): pass\n",
               ["'a'", "kind='kilo'", "quantity"]),
    "free": ('@alert("{name}.a", title="A", permission="read")\ndef a(ctx): pass\n', ["free.a", "<resource>"]),
    "bare": ('@page("{name}.p", path="{name}-p", title="P", template="plan.html", ' + READ + ")\ndef p(ctx): pass\n",
             ["plan.html", "templates"]),
    "climber": ('@page("{name}.p", path="../scales", title="P", template="", ' + READ + ")\ndef p(ctx): pass\n",
                ["'../scales'", "words"]),
    "floating": (LOADS + "    mass: Mapped[float] = field(sa.Float, label='Mass')\n", ["mass", "Float", "core.api"]),
    "hidden": (LOADS + "    mass: Mapped[int] = field(Integer, label='Mass', visible_when={{'size': 1}})\n",
               ["hidden_load.mass", "'size'"]),
    "shut": (LOADS + "    mass: Mapped[int] = field(Integer, label='Mass', readonly_when={{'kind': 'wet'}})\n",
             ["shut_load.mass", "kind='wet'", "dry, liquid"]),
    "lined": (LOADS + "resource('lined.extra', Scale, path='lined-extra', title='E', label='code', "
              "form=[lines('loads', 'kind', totals=('mass',))])\n", ["'mass'", "'loads'", "Load"]),
}  # fmt: skip
USABLE = """
@job("{name}.j")
def j(ctx): pass
for number, cron in enumerate(("5 0 * * *", "*/10 * * * *", "0 6-18/2 * * mon-fri", "30 2 1,15 * *")):
    schedule(f"{name}.s{{number}}", job="{name}.j", cron=cron)
setting("{name}.share", Decimal, default=Decimal("0.5"), label="Share", minimum=0, maximum=1)
setting("{name}.until", date, default=None, label="Until")
@observer("{name}.o", action="weather.storm.begin")
def o(ctx, ids): pass
@action(scales)
def weigh(ctx, scale, *, load: Annotated[int, arg("Load", gt=0)]): pass
"""
PROGRAM = """
import json
from core.app import create_app
from core.kernel import Kernel
kernel = Kernel()
create_app(kernel)
registry = kernel.registry
print(json.dumps([list(registry.plugins), {item.name: item.reason for item in registry.refused}]))
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """One process that finds all of them, and still serves."""
    folder = tmp_path_factory.mktemp("unusable")
    usable = "from datetime import date\nfrom decimal import Decimal\n" + USABLE
    for name, said in {**{name: said for name, (said, _) in SAID.items()}, "usable": usable}.items():
        package = folder / f"weighing_{name}"
        package.mkdir()
        for file, text in {"__init__": "", "plugin": MANIFEST, "resources": SCALES + said}.items():
            (package / f"{file}.py").write_text(text.format(name=name))
        distribute(folder / "site", name, f"weighing_{name}.plugin:plugin")
    done = run_python(PROGRAM, folder / "site", folder, folder=folder)
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", SAID)
def test_it_is_refused_with_the_right_words(outcome, name):
    reason = outcome[1][name]
    assert [word for word in SAID[name][1] if word not in reason] == [], reason


def test_what_can_be_used_is_loaded(outcome):
    assert {"inventory", "recipes", "usable"} <= set(outcome[0])
    assert set(outcome[1]) == set(SAID)
