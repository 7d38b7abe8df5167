"""Mails: written from templates in the reader's language, sent by a real SMTP conversation."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from jinja2 import Environment

from portal import i18n
from portal.settings import LOCAL_HOSTS, Settings

TIMEOUT_SECONDS = 20


class Postman:
    """Writes mails and hands them to the relay."""

    def __init__(self, settings: Settings, templates: Environment) -> None:
        self.settings = settings
        self.templates = templates

    async def send(self, to: str, name: str, language: str, **context: object) -> None:
        """Send the mail `templates/mail/<name>.{subject,txt,html}`.

        Raises:
            OSError: the relay was not reached or refused the message (smtplib's errors are OSErrors).
        """
        await asyncio.to_thread(self._deliver, self.write(to, name, language, **context))

    def write(self, to: str, name: str, language: str, **context: object) -> EmailMessage:
        message = EmailMessage()
        message["To"] = to
        message["From"] = self.settings.mail_from
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=self.settings.host)
        message["Auto-Submitted"] = "auto-generated"
        with i18n.speaking(language):
            message["Subject"] = " ".join(self._part(name, "subject", context).split())
            message.set_content(self._part(name, "txt", context))
            message.add_alternative(self._part(name, "html", context), subtype="html")
        return message

    def _part(self, name: str, kind: str, context: dict[str, object]) -> str:
        return self.templates.get_template(f"mail/{name}.{kind}").render(**context)

    def _deliver(self, message: EmailMessage) -> None:
        relay = urlsplit(self.settings.smtp_url)
        host = relay.hostname or "localhost"
        with self._connect(relay.scheme, host, relay.port) as connection:
            connection.ehlo()
            if relay.scheme == "smtp" and connection.has_extn("starttls"):
                connection.starttls(context=ssl.create_default_context())
            elif relay.scheme == "smtp" and host not in LOCAL_HOSTS:
                raise smtplib.SMTPNotSupportedError("the relay offers no encryption: a link would travel in clear")
            if relay.username:
                connection.login(unquote(relay.username), unquote(relay.password or ""))
            connection.send_message(message)

    @staticmethod
    def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
        if scheme == "smtps":
            return smtplib.SMTP_SSL(host, port or 465, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        return smtplib.SMTP(host, port or 25, timeout=TIMEOUT_SECONDS)
