"""Whatever comes back instead of an answer has a name; nothing of it is taken for one."""

import json
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from backoffice_sync.connectors.tryton.client import Client, Fault, Outpaced, Refused, SessionEnded
from backoffice_sync.directory import CertificateRefused, CredentialsRefused, DirectoryUnreachable
from portal import clock


class Answers(BaseHTTPRequestHandler):
    """Signs everybody in; then gives the answer of the test."""

    status, body = 200, b""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        easy = {"common.db.login": [1, "session", None], "model.res.user.get_preferences": {}}
        told = json.dumps({"id": asked["id"], "result": easy.get(asked["method"])}).encode()
        is_easy = asked["method"] in easy
        body = told if is_easy else self.body.replace(b"NUMBER", str(asked["id"]).encode())
        self.send_response(200 if is_easy else self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def answers() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), type("Now", (Answers,), {}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


async def ask(server: HTTPServer, scheme: str = "http") -> Any:
    client = Client(f"tryton+{scheme}://someone:secret@127.0.0.1:{server.server_port}/base")
    try:
        return await client.call("party.party.read", [1], ["name"])
    finally:
        await client.close()


@pytest.mark.parametrize(
    ("status", "body", "named"),
    [
        (200, b"<html><h1>Maintenance</h1></html>", DirectoryUnreachable),
        (200, b"\xff\xfe\x00", DirectoryUnreachable),
        (200, b'{"id": NUMBER, "resu', DirectoryUnreachable),
        (200, b'{"id": NUMBER}', DirectoryUnreachable),
        (200, b'{"id": 99, "result": []}', DirectoryUnreachable),
        (200, b'["id", "result"]', DirectoryUnreachable),
        (200, b'{"id": NUMBER, "result": {"__class__": "datetime"}}', DirectoryUnreachable),
        (200, b'{"id": NUMBER, "result": {"__class__": "Decimal", "decimal": "many"}}', DirectoryUnreachable),
        (302, b"", DirectoryUnreachable),
        (429, b"", DirectoryUnreachable),
        (500, b"<pre>Traceback</pre>", DirectoryUnreachable),
        (503, b"", DirectoryUnreachable),
        (401, b"", SessionEnded),
        (403, b"", SessionEnded),
        (200, b'{"id": NUMBER, "error": ["LoginException", ["password", "?", "char"]]}', CredentialsRefused),
        (200, b'{"id": NUMBER, "error": ["UserError", ["Too long", "", null]]}', Refused),
        (200, b'{"id": NUMBER, "error": ["UserWarning", ["name", "Sure?", ""]]}', Refused),
        (200, b'{"id": NUMBER, "error": ["ConcurrencyException", "Records were modified"]}', Outpaced),
        (200, b'{"id": NUMBER, "error": ["KeyError: nonsense", "Traceback"]}', Fault),
    ],
)
async def test_each_kind_of_answer_has_its_name(answers, status, body, named) -> None:
    answers.RequestHandlerClass.status, answers.RequestHandlerClass.body = status, body
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the very class is compared
        await ask(answers)
    assert caught.type is named
    assert not {"Too long", "nonsense", "Traceback"} & set(str(caught.value).split()), "it may quote what was typed"


async def test_numbers_and_dates_arrive_as_such(answers) -> None:
    answers.RequestHandlerClass.body = (
        b'{"id": NUMBER, "result": [{"__class__": "Decimal", "decimal": "1.10"},'
        b'{"__class__": "date", "year": 2026, "month": 2, "day": 3}]}'
    )
    amount, day = await ask(answers)
    assert (str(amount), day.isoformat()) == ("1.10", "2026-02-03")


async def test_a_certificate_that_expired_is_an_answer_of_nobody(answers, tmp_path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(expired(tmp_path))
    answers.socket = context.wrap_socket(answers.socket, server_side=True)
    with pytest.raises(CertificateRefused):
        await ask(answers, "https")


async def test_where_nobody_listens_it_is_not_reached(answers) -> None:
    port = answers.server_port
    answers.shutdown()
    answers.server_close()
    client = Client(f"tryton+http://someone:secret@127.0.0.1:{port}/base")
    with pytest.raises(DirectoryUnreachable):
        await client.call("party.party.read", [1], ["name"])
    await client.close()


def expired(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(clock.now() - timedelta(days=9)).not_valid_after(clock.now() - timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = folder / "expired.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(serialization.Encoding.PEM, *plain)
    )
    return file
