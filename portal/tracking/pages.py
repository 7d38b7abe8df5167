"""My changes: what became of each, until the association has it; and taking one back while there is time."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.changes import GROUP_WORDS, OPEN, STATUS_WORDS
from portal.reviews.rules import REQUESTED
from portal.tracking import actions, queries, rules
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

PATH = "/profile/changes"


@get(PATH)
async def show_changes(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], number: FromQuery[int] = 1
) -> Template:
    pages = Pages(number, total=await queries.count(db, donor))
    found = await queries.listed(db, donor, offset=pages.offset, limit=PER_PAGE)
    changes = [
        {"change": row, "facts": rules.facts(row), "undoable": row.is_last and rules.can_be_undone(row)}
        for row in found
    ]
    return page(
        "tracking/changes",
        changes=changes,
        pages=pages,
        under_way=any(row.status in OPEN for row in found),
        words=STATUS_WORDS,
        groups=GROUP_WORDS,
        requested=REQUESTED,
    )


@post(f"{PATH}/{{change_id:uuid}}/undo")
async def undo_change(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    change_id: FromPath[UUID],
) -> Response[Any]:
    await forms.read(request, ())
    together = await queries.saved_together(db, donor, change_id)
    if not together:
        raise NotFound
    if not await actions.undo(db, donor, change_id):
        await session.flash(db, request.user, "undo-too-late")
    else:
        await session.flash(db, request.user, "request-undone" if together[0].is_asked else "change-undone")
    return see(PATH)


HANDLERS = [show_changes, undo_change]
