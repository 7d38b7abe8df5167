"""The queue: all that waits for people, the riskiest first."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n
from portal.changes import GROUP_WORDS
from portal.duplicates.rules import SIGNS
from portal.members.rules import full_name
from portal.reviews import rules
from portal.reviews.queries import queue
from portal.web.errors import NotFound
from portal.web.guards import EDITORS
from portal.web.pagination import PER_PAGE, Pages
from portal.web.templating import page

DECIDE = {"for_staff": True, "roles": EDITORS}
DESK = "/staff/reviews"
LONGEST_WHY = 120


@get(DESK, opt=DECIDE)
async def show_reviews(
    db: NamedDependency[AsyncSession], kind: FromQuery[str] = "", number: FromQuery[int] = 1
) -> Template:
    if kind and kind not in rules.KINDS:
        raise NotFound
    waiting = await queue.counts(db)
    pages = Pages(number, total=waiting.get(kind, 0) if kind else sum(waiting.values()))
    found = await queue.listed(db, kind, offset=pages.offset, limit=PER_PAGE)
    return page(
        "reviews/queue",
        entries=[_shown(row) for row in found],
        waiting=waiting,
        total=sum(waiting.values()),
        kind=kind,
        kinds=rules.KINDS,
        levels=rules.LEVELS,
        tones=rules.TONES,
        pages=pages,
    )


def _shown(row: queue.Entry) -> dict[str, Any]:
    """A line of the list: what, who, why, and what is at risk; its texts in the current language."""
    who = [full_name(member) or member.number for member in row[-2:] if member is not None]
    return {
        "path": f"{rules.PLACES[row.kind]}/{row.id}",
        "what": i18n.gettext(rules.KINDS[row.kind]),
        "about": i18n.gettext(GROUP_WORDS[row.subject]) if row.subject in GROUP_WORDS else "",
        "who": " – ".join(who),
        "member_id": row.member_id,
        "since": row.since,
        "why": _why(row.kind, row.why),
        "risk": rules.risk(row.kind, row.subject),
    }


def _why(kind: str, why: str) -> str:
    if kind == "duplicate":
        return ", ".join(i18n.gettext(SIGNS[sign]) for sign in why.split() if sign in SIGNS)
    text = i18n.gettext(why) if why else ""
    return text if len(text) <= LONGEST_WHY else f"{text[:LONGEST_WHY].rstrip()}…"


HANDLERS = [show_reviews]
