import smtplib
import ssl
import subprocess
from dataclasses import replace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from portal.mail import Postman
from portal.web.templating import environment
from tests.conftest import Postbox, free_port


def postman(settings, **changes):
    changed = replace(settings, **changes)
    return Postman(changed, environment(changed))


def test_a_name_with_an_ampersand_arrives_as_it_is_written(settings) -> None:
    written = postman(settings, organisation_name="L'Étoile & Cie").write("a@example.org", "no-member", "fr")
    assert "L'Étoile & Cie" in written["Subject"]
    assert "L'Étoile & Cie" in written.get_body(("plain",)).get_content()
    assert "&amp; Cie" in written.get_body(("html",)).get_content()


@pytest.mark.parametrize("address", ["a@example.org\r\nBcc: b@example.org", "a@example.org\nX: y"])
def test_no_header_can_be_slipped_in(settings, address) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        postman(settings).write(address, "no-member", "fr")


@pytest.fixture
def certificate(tmp_path):
    key, crt = tmp_path / "key.pem", tmp_path / "crt.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(crt)]
    subprocess.run(command, check=True, capture_output=True)
    return key, crt


async def test_the_relays_password_and_the_link_travel_encrypted(settings, certificate, monkeypatch) -> None:
    key, crt = certificate
    seen = []

    def login(server, session, envelope, mechanism, data):
        seen.append(session.ssl is not None)
        return AuthResult(success=True)

    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server_side.load_cert_chain(crt, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(crt))
    box, port = Postbox(), free_port()
    options: dict[str, Any] = {
        "tls_context": server_side,
        "require_starttls": True,
        "authenticator": login,
        "auth_required": True,
    }
    controller = Controller(box, hostname="localhost", port=port, **options)
    controller.start()
    try:
        await postman(settings, smtp_url=f"smtp://user:secret@localhost:{port}").send(
            "a@example.org", "no-member", "fr"
        )
    finally:
        controller.stop()
    assert seen == [True]
    assert len(box.mails) == 1


async def test_a_distant_relay_without_encryption_is_refused(settings, postbox, monkeypatch) -> None:
    box, port = postbox
    monkeypatch.setattr("portal.mail.LOCAL_HOSTS", set())
    with pytest.raises(smtplib.SMTPNotSupportedError):
        await postman(settings, smtp_url=f"smtp://127.0.0.1:{port}").send("a@example.org", "no-member", "fr")
    assert box.mails == []
