"""What can go wrong between the connector and its PostgreSQL, each under its name."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.directory import CertificateRefused, CredentialsRefused, DirectoryUnreachable, Request
from tests.backoffice_sync.contract.staff import ON
from tests.backoffice_sync.tryton.test_client import expired

REFUSED = [
    'password authentication failed for user "extranet"',
    "authentification par mot de passe échouée pour l'utilisateur « extranet »",
    'no pg_hba.conf entry for host "10.0.0.7", user "extranet", database "crm", no encryption',
    'role "extranet" is not permitted to log in',
]
BUSY = ["sorry, too many clients already", "the database system is starting up", "désolé, trop de clients connectés"]


@pytest.fixture
async def directory(central_url):
    made = PostgresDirectory(central_url)
    yield made
    await made.close()


@asynccontextmanager
async def doorkeeper(words: str) -> AsyncIterator[str]:
    """A PostgreSQL that refuses everybody with these words."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        [length] = struct.unpack("!i", await reader.readexactly(4))
        await reader.readexactly(length - 4)
        told = b"SFATAL\0VFATAL\0C00000\0M" + words.encode() + b"\0\0"
        writer.write(b"E" + struct.pack("!i", len(told) + 4) + told)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1") as server:
        yield f"postgresql://extranet:x@127.0.0.1:{server.sockets[0].getsockname()[1]}/crm?sslmode=disable"


@pytest.mark.parametrize("words", [*REFUSED, *BUSY])
async def test_a_refusal_at_the_door_is_one_of_credentials_or_of_the_moment(words) -> None:
    async with doorkeeper(words) as url:
        directory = PostgresDirectory(url)
        with pytest.raises(DirectoryUnreachable) as caught:
            await directory.position()
        assert caught.type is (CredentialsRefused if words in REFUSED else DirectoryUnreachable)


async def test_a_certificate_that_expired_is_said_to_be_the_reason(tmp_path) -> None:
    certificate = expired(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)  # asks for encryption
        writer.write(b"S")
        await writer.start_tls(context)

    async with await asyncio.start_server(greet, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        encrypted = f"sslmode=verify-ca&sslrootcert={certificate}"
        directory = PostgresDirectory(f"postgresql://extranet:x@127.0.0.1:{port}/crm?{encrypted}")
        with pytest.raises(CertificateRefused):
            await directory.position()


async def test_a_right_that_is_taken_away_is_missed_at_once_and_found_again(directory, central, central_url) -> None:
    role = "extranet_" + central_url.partition("?")[0].rpartition("/")[2]
    central.execute(f"CREATE ROLE {role} LOGIN")
    central.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    central.commit()
    user = PostgresDirectory(central_url.replace("postgres@", f"{role}@"))
    assert await user.count("member") == 0
    central.execute(f"REVOKE SELECT ON member FROM {role}")
    central.commit()
    with pytest.raises(CredentialsRefused, match="member"):
        await user.count("member")
    central.execute(f"GRANT SELECT ON member TO {role}")
    central.commit()
    assert await user.count("member") == 0
    await user.close()
    central.execute(f"DROP OWNED BY {role}")
    central.execute(f"DROP ROLE {role}")
    central.commit()


async def test_a_base_that_only_lets_read_takes_the_change_later(directory, central, central_url) -> None:
    """A standby server, or one that is being moved."""
    central.execute("INSERT INTO member (id, number, kind) VALUES (1, 'A1', 'person')")
    central.commit()
    name = central_url.partition("?")[0].rpartition("/")[2]
    central.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    central.commit()
    there = await directory.read("1", "language")
    with pytest.raises(DirectoryUnreachable):
        await directory.write("1", "language", {"language": "en"}, expected=there, change_id="1")


async def test_a_request_that_another_worker_is_just_submitting_is_found_and_not_doubled(
    directory, central, central_url
) -> None:
    central.execute("INSERT INTO member (id, number, kind) VALUES (1, 'A1', 'person')")
    central.commit()
    request = Request("one key", "1", "other", "", "Please call me", ON)
    fresh = "INSERT INTO request (member_id, key, kind, wish) VALUES (1, 'one key', 'other', 'x') RETURNING id"
    async with await psycopg.AsyncConnection.connect(central_url) as other:
        [number] = await (await other.execute(fresh)).fetchone() or []
        waiting = asyncio.create_task(directory.submit(request))
        await asyncio.sleep(0.3)
        assert not waiting.done()
    assert await waiting == str(number)
