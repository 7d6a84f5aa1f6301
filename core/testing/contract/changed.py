"""What writing through a plugin's routes does, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from core.plugins.declarations import Action, Resource
from core.testing.clients import ServerFault
from core.testing.contract.samples import Body, Samples, Unmakeable
from core.testing.furniture import ABSENT, Furnished

TOO_LONG = "x" * 200_000
HOSTILE: tuple[Any, ...] = (
    "NaN", "sNaN", "Infinity", "-Infinity", "1e400", "9" * 400, "0.00000001", "-0", True, -1, 0, 10**30, [], {}, [[]],
    {"a": {"b": []}}, None, "", " ", "\x00", "\ud800", TOO_LONG, "'; DROP TABLE core_user; --", "=1+1",
    "0000-00-00", "2026-02-30", "9999-12-31T23:59:59-14:00",
)  # fmt: skip
PARAMETERS = ("sort", "search", "page", "page_size", "after", "fields", "group_by", "sum", "count")


class ChangedContract:
    """Tests of writing: round trips, strict bodies, states, and no input that makes it stumble."""

    plugin: str
    #: Parts of bodies for resources whose rules no generic body meets: ``{"plugin.resource": {"field": value}}``;
    #: a value may be a function of a number that is new each time.
    samples: Mapping[str, Mapping[str, Any]] = {}

    def test_its_records_make_the_round_trip(self, furnished: Furnished) -> None:
        """Create, read, change, read, delete: each answers what was written, with a new version."""
        samples = Samples(furnished.owner, furnished.kernel.registry, self.samples)
        wrong = [line for item in self.writable(furnished, "create") for line in _round_trip(furnished, samples, item)]
        assert not wrong, "\n".join(wrong)

    def test_its_records_refuse_what_is_not_theirs_to_write(self, furnished: Furnished) -> None:
        """Unknown and read-only keys are 422 naming the key, in new records and in old ones."""
        wrong = [line for item in self.writable(furnished, "create", "update") for line in _intruders(furnished, item)]
        assert not wrong, "\n".join(wrong)

    def test_no_value_makes_it_stumble(self, furnished: Furnished) -> None:
        """Every kind of field takes or refuses whatever is sent, and every field a share of it; no faults of ours."""
        samples, tried = Samples(furnished.owner, furnished.kernel.registry, self.samples), set[str]()
        makeable = self.writable(furnished, "create")
        wrong = [line for item in makeable for line in _hostile_values(furnished, samples, item, tried)]
        assert not wrong, "\n".join(wrong[:40])

    def test_no_question_makes_it_stumble(self, furnished: Furnished) -> None:
        """Every kind of filter, and every sort and grouping of every list, is answered or refused."""
        tried: set[str] = set()
        wrong = [line for item in self.known(furnished) for line in _hostile_questions(furnished, item, tried)]
        assert not wrong, "\n".join(wrong[:40])

    def test_its_actions_keep_to_their_states(self, furnished: Furnished) -> None:
        """All states, all actions: what no transition declares is 409, and nothing changes."""
        wrong = [line for item in self.known(furnished) for line in _undeclared(furnished, item)]
        assert not wrong, "\n".join(wrong)

    def test_its_exports_can_be_imported(self, furnished: Furnished) -> None:
        """An export taken back changes nothing, in each format."""
        wrong = [line for item in self.writable(furnished, "import") if item.natural_key
                 for line in _taken_back(furnished, item)]  # fmt: skip
        assert not wrong, "\n".join(wrong)

    # ---- what the tests look at --------------------------------------------------------------------------------------

    def known(self, furnished: Furnished) -> list[Resource]:
        """List the plugin's resources."""
        return [item for item in furnished.kernel.registry.resources.values() if item.plugin == self.plugin]

    def writable(self, furnished: Furnished, *verbs: str) -> list[Resource]:
        """List the plugin's resources that may be written so."""
        return [item for item in self.known(furnished) if set(verbs) <= set(item.verbs)]


def _round_trip(furnished: Furnished, samples: Samples, resource: Resource) -> Iterator[str]:
    client, path = furnished.owner, resource.path
    try:
        answer = samples.create(resource)
    except Unmakeable as reason:
        yield f"{resource.key}: give a body in PluginContract.samples; {reason}"
        return
    if answer.status_code != 201:
        yield f"{resource.key}: POST {answer.status_code} {answer.text[:300]}"
        return
    made = answer.get_json()
    read = client.get(f"{path}/{made['id']}").get_json()
    if read != made:
        yield f"{resource.key}: POST answered {_difference(made, read)}"
    if "update" in resource.verbs:
        yield from _changed(client, samples, resource, read)
    if "delete" in resource.verbs:
        version = client.get(f"{path}/{made['id']}").get_json()["version"]
        gone = client.delete(f"{path}/{made['id']}", version=version)
        if gone.status_code not in (204, 409):
            yield f"{resource.key}: DELETE {gone.status_code} {gone.text[:300]}"
        elif gone.status_code == 204 and client.get(f"{path}/{made['id']}").status_code != 404:
            yield f"{resource.key}: a deleted record is still there"


def _changed(client: Any, samples: Samples, resource: Resource, record: Body) -> Iterator[str]:
    path = f"{resource.path}/{record['id']}"
    same = {item["name"]: record[item["name"]] for item in samples.writable(resource) if item["name"] in record}
    without = client.send("PATCH", path, same)
    if without.status_code != 428:
        yield f"{resource.key}: PATCH without a version answered {without.status_code}"
    stale = client.patch(path, same, version=record["version"] + 7)
    if stale.status_code != 412:
        yield f"{resource.key}: PATCH of another version answered {stale.status_code}"
    answer = client.patch(path, same, version=record["version"])
    if answer.status_code == 409:
        return  # the owner's rules keep this record as it is
    if answer.status_code != 200:
        yield f"{resource.key}: PATCH with its own values {answer.status_code} {answer.text[:300]}"
        return
    after = {name: value for name, value in answer.get_json().items() if name in same}
    if after != same:
        yield f"{resource.key}: PATCH with its own values answered {_difference(same, after)}"


def _difference(one: Body, other: Body) -> str:
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    return ", ".join(f"{name}: {one.get(name)!r} and then {other.get(name)!r}" for name in names[:5])


def _intruders(furnished: Furnished, resource: Resource) -> Iterator[str]:
    fields = furnished.owner.get(f"{resource.path}/fields").get_json()["fields"]
    keys = ["no_such_field", "tenant_id", "custom", *(item["name"] for item in fields if item["readonly"])]
    known = furnished.first_id(resource.key)
    for key in keys:
        doors = [("POST", resource.path)] + ([("PATCH", f"{resource.path}/{known}")] if known != ABSENT else [])
        for method, path in doors:
            if method == "PATCH" and key == "version":
                continue  # in a change it names the version that was read
            answer = furnished.owner.send(method, path, {key: 1}, version=1 if method == "PATCH" else None)
            named = (answer.get_json() or {}).get("errors", {})
            # An older version is refused before the body is looked at.
            stale = method == "PATCH" and answer.status_code == 412
            if not stale and (answer.status_code != 422 or key not in named):
                yield f"{method} {path} with {key!r}: {answer.status_code} {answer.text[:200]}"


def _hostile_values(furnished: Furnished, samples: Samples, resource: Resource, tried: set[str]) -> Iterator[str]:
    try:
        body = samples.body(resource)
    except Unmakeable:
        return  # the round trip says so
    for number, item in enumerate(samples.writable(resource)):
        # Fields of one kind share their schema: the first gets everything, the others a share that moves on.
        values = HOSTILE[number % 7 :: 7] if item["kind"] in tried else HOSTILE
        tried.add(item["kind"])
        for value in values:
            yield from _stumbles(furnished, resource, {**body, item["name"]: value})


def _hostile_questions(furnished: Furnished, resource: Resource, tried: set[str]) -> Iterator[str]:
    fields = furnished.owner.get(f"{resource.path}/fields").get_json()["fields"]
    texts = [value for value in HOSTILE if isinstance(value, str) and value not in ("\ud800", TOO_LONG)]
    # A field of each kind stands for the others of its kind: they share schema and operators.
    kinds = {item["kind"]: item for item in fields if item["kind"] not in tried}
    questions = [{f"{item['name']}__{operator}": text} for item in kinds.values() for operator in item["operators"]
                 for text in texts]  # fmt: skip
    questions += [{name: text} for name in PARAMETERS for text in texts] if not tried else []
    tried.update(kinds)
    questions += [{"sort": f"-{item['name']}"} for item in fields] + [{"group_by": item["name"]} for item in fields]
    for question in questions:
        try:
            answer = furnished.owner.get(resource.path, query_string=question)
        except ServerFault as fault:
            yield str(fault)
            continue
        if answer.status_code not in (200, 400, 422):
            yield f"{resource.path}?{question}: {answer.status_code} {answer.text[:200]}"


def _stumbles(furnished: Furnished, resource: Resource, body: Body) -> Iterator[str]:
    try:
        answer = furnished.owner.post(resource.path, data=json.dumps(body), content_type="application/json")
    except ServerFault as fault:
        yield str(fault)
        return
    if answer.status_code == 201:
        record = answer.get_json()
        furnished.owner.delete(f"{resource.path}/{record['id']}", version=record.get("version"))


def _undeclared(furnished: Furnished, resource: Resource) -> Iterator[str]:
    state = resource.model.__table__.c.get("state")
    known = furnished.first_id(resource.key)
    if state is None or known == ABSENT:
        return
    actions: list[Action] = [item for item in furnished.kernel.registry.actions_of.get(resource.key, ())
                             if item.source and item.scope == "record"]  # fmt: skip
    was = _state(furnished, resource, known)
    for name in state.type.choices:
        try:
            _state(furnished, resource, known, name)
        except sa.exc.IntegrityError:
            continue  # the database itself does not let this record be in that state
        for action in actions:
            if name not in action.source:
                path = action.path.replace("{id}", str(known)) or f"{resource.path}/{known}/{action.verb}"
                answer = furnished.owner.post(path, {})
                code = (answer.get_json() or {}).get("code")
                if (answer.status_code, code) != (409, "INVALID_STATE"):
                    yield f"{action.key} from {name!r}: {answer.status_code} {answer.text[:200]}"
                if _state(furnished, resource, known) != name:
                    yield f"{action.key} from {name!r} changed the state"
    _state(furnished, resource, known, was)


def _state(furnished: Furnished, resource: Resource, record_id: int, new: str = "") -> str:
    """Read the state of a record; with ``new`` put it there past every rule, which only a test may do."""
    table = resource.model.__table__
    row = sa.and_(table.c.tenant_id == furnished.tenant.id, table.c.id == record_id)
    with furnished.kernel.engine.begin() as connection:
        if new:
            connection.execute(sa.update(table).where(row).values(state=new))
        return str(connection.scalar(sa.select(table.c.state).where(row)))


def _taken_back(furnished: Furnished, resource: Resource) -> Iterator[str]:
    for kind in ("csv", "xlsx", "json"):
        exported = furnished.owner.get(f"{resource.path}/export?format={kind}")
        if exported.status_code != 200:
            yield f"{resource.key}: export as {kind} {exported.status_code} {exported.text[:200]}"
            continue
        answer = furnished.owner.post(f"{resource.path}/import", data=exported.data, content_type=exported.content_type)
        told = answer.get_json()
        if answer.status_code != 200 or told["created"] or told["updated"]:
            yield f"{resource.key}: {kind} taken back: {answer.status_code} {answer.text[:400]}"
