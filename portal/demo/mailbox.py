"""The demonstration's mailbox: what the portal has sent, readable in the browser and by tests.

Registered only where the setting `demo` is on; whoever reaches it reads everybody's mail.
"""

import mailbox
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from portal.settings import Settings
from portal.web.errors import NotFound
from portal.web.templating import page

ADDRESS = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")
# A mail brings its own looks, and nothing else: no script, no picture from elsewhere, no form.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail as it arrived; `to` is whom it was handed to, whatever its own header says."""

    name: str
    to: str
    subject: str
    at: datetime
    text: str
    html: str

    @property
    def links(self) -> list[str]:
        """Every address in the mail, in order, once; those of the text first."""
        finder = _Links()
        finder.feed(self.html)
        return list(dict.fromkeys([*ADDRESS.findall(self.text), *finder.found]))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value for key, value in attrs if key == "href" and value and ADDRESS.match(value)]


def read(maildir: Path, to: str = "") -> list[Mail]:
    """Read all mails, newest first; with `to`, only those to this address."""
    box = mailbox.Maildir(maildir, factory=None, create=True)
    mails = [_parse(name, box.get_bytes(name)) for name in box.keys()]  # noqa: SIM118  # not a mapping
    wanted = [mail for mail in mails if not to or to.strip().casefold() in mail.to.casefold().split(", ")]
    return sorted(wanted, key=lambda mail: mail.at, reverse=True)


def _parse(name: str, raw: bytes) -> Mail:
    message = message_from_bytes(raw, EmailMessage, policy=policy.default)
    return Mail(
        name=name,
        to=str(message["X-RcptTo"] or message["To"]),
        subject=str(message["Subject"] or ""),
        at=_arrival(name),
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _arrival(name: str) -> datetime:
    """Read the moment of arrival from a Maildir name, which is more precise than the mail's own date."""
    seconds, more, *_ = name.split(".")
    microseconds = int(more[1 : more.index("P")])
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=microseconds)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return part.get_content() if part else ""


@get("/demo/mailbox", opt={"public": True}, sync_to_thread=True)
def show_mailbox(settings: NamedDependency[Settings], to: FromQuery[str] = "") -> Template:
    return page("demo/mailbox", mails=read(Path(settings.mailbox), to), to=to)


@get("/demo/mailbox.json", opt={"public": True}, sync_to_thread=True)
def list_mails(settings: NamedDependency[Settings], to: FromQuery[str] = "") -> list[dict[str, object]]:
    """Serve the same to programs: the browser tests find their sign-in links here."""
    return [asdict(mail) | {"links": mail.links} for mail in read(Path(settings.mailbox), to)]


@get("/demo/mailbox/{file:str}", opt={"public": True}, media_type=MediaType.HTML, sync_to_thread=True)
def show_mail(settings: NamedDependency[Settings], file: FromPath[str]) -> Response[str]:
    """Serve the HTML part of one mail alone, as a mail programme shows it."""
    for mail in read(Path(settings.mailbox)):
        if file == f"{mail.name}.html":
            return Response(mail.html, headers={"Content-Security-Policy": MAIL_POLICY})
    raise NotFound


HANDLERS = [show_mailbox, list_mails, show_mail]
