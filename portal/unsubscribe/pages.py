"""The unsubscribe link of a mailing: a mail program's one click (RFC 8058), and a page for whoever opens it.

The token is the proof, so the POST needs neither cookie nor form token, and whoever shows the page changes nothing.
"""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock
from portal.consents.rules import boxes
from portal.settings import Settings
from portal.unsubscribe import actions, queries, rules
from portal.unsubscribe.rules import EVERYTHING, Forged, Link, TooOld
from portal.web import refusals, session, throttle
from portal.web.errors import BadForm
from portal.web.session import HTTPRequest
from portal.web.templating import page

PATH = "/unsubscribe/{token:str}"
PUBLIC = {"public": True}
Opened = tuple[Link, frozenset[str]]
ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""What a mail program sends: the field and its value are the standard's."""


@get(PATH, opt=PUBLIC)
async def show_link(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings], token: FromPath[str]
) -> Template:
    opened = await _open(request, db, settings, token)
    if isinstance(opened, Template):
        return opened
    link, refused = opened
    return _page("link", purpose=actions.in_words([link.code]), is_stopped=link.code in refused, **_all(refused))


@post(PATH, opt=PUBLIC | {"without_csrf": True}, status_code=HTTPStatus.OK)
async def save_objection(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings], token: FromPath[str]
) -> Template:
    """A mail program's one click, or a button of our page: `act` is then one, all, or again."""
    form = await _posted(request)
    opened = await _open(request, db, settings, token)
    if isinstance(opened, Template):
        return opened
    link, refused = opened
    act = form.get("act")
    if act == "again":
        return await _withdraw(request, db, settings, link, str(form.get("undo", "")))
    if act == "all":
        new = await actions.object_to_all(db, link)
    elif act == "one" or form.get(ONE_CLICK[0]) == ONE_CLICK[1]:
        new = await actions.object_to_one(db, link, by_page=act == "one")
    else:
        raise BadForm
    undo = rules.undo_token(settings.secret_key, link.member_id, new) if new else ""
    stopped = actions.in_words(EVERYTHING if act == "all" else [link.code])
    return _page("stopped", stopped=stopped, undo=undo, wanted=actions.in_words(new), **_all(refused | set(new)))


async def _withdraw(request: HTTPRequest, db: AsyncSession, settings: Settings, link: Link, undo: str) -> Template:
    try:
        codes = rules.read_undo(settings.secret_key, undo, link.member_id, now=clock.now())
    except Forged:
        return await _forged(request, db, settings)
    except TooOld:
        return _page("ended", HTTPStatus.GONE, why="late")
    if not await throttle.allow(db, settings, rules.CHANGES_OF_MIND, link.member_id.hex):
        return _page("ended", HTTPStatus.TOO_MANY_REQUESTS, why="often")
    await actions.withdraw(db, link.member_id, codes)
    return _page("again", wanted=actions.in_words(codes))


async def _posted(request: HTTPRequest) -> Any:
    """Mail programs should send the one kind of form and may send the other (RFC 8058, section 3.2)."""
    try:
        return await request.form()
    except (ValueError, LookupError) as error:  # LookupError: a charset that nobody knows
        raise BadForm from error


async def _open(request: HTTPRequest, db: AsyncSession, settings: Settings, token: str) -> Opened | Template:
    """The link and what its member refuses already, or the page that says why it leads nowhere.

    The member's rows can be read and written from here on.
    """
    life = timedelta(days=settings.unsubscribe_days)
    try:
        link = rules.read_link(settings.secret_key, token, now=clock.now(), life=life)
    except Forged:
        return await _forged(request, db, settings)
    except TooOld:
        return _page("ended", HTTPStatus.GONE, why="old")
    await session.reveal(db, member_id=link.member_id)
    objections = await queries.objections(db, link.member_id)
    if objections is None:
        return _page("ended", HTTPStatus.GONE, why="gone")
    return link, boxes(objections)


async def _forged(request: HTTPRequest, db: AsyncSession, settings: Settings) -> Template:
    refusals.mark(request.scope, "unsubscribe link")
    network = throttle.network(session.client_address(request))
    if not await throttle.allow(db, settings, rules.FORGERIES, network):
        return _page("ended", HTTPStatus.TOO_MANY_REQUESTS, why="many")
    return _page("ended", HTTPStatus.NOT_FOUND, why="forged")


def _all(refused: frozenset[str]) -> dict[str, Any]:
    return {"purposes": actions.in_words(EVERYTHING), "is_all_stopped": refused.issuperset(EVERYTHING)}


def _page(name: str, status: int = HTTPStatus.OK, **context: Any) -> Template:
    """No search engine keeps it: the address is a key."""
    shown = page(f"unsubscribe/{name}", status, **context)
    shown.headers["X-Robots-Tag"] = "noindex"
    return shown


HANDLERS = [show_link, save_objection]
