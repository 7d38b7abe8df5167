"""A text that is not saved yet, on the real home page."""

from http import HTTPStatus
from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n, journal
from portal.home import queries as home
from portal.i18n import N_
from portal.members.models import Member
from portal.members.queries import by_number
from portal.members.rules import full_name
from portal.memos import queries, rules
from portal.memos.forms import FIELDS, parse
from portal.memos.pages.subject import EDIT, GENERAL, ONE, form_page, subject_of
from portal.settings import Settings
from portal.web import forms
from portal.web.donor import Donor
from portal.web.session import HTTPRequest
from portal.web.templating import page


@post([f"{ONE}/preview", f"{GENERAL}/preview"], opt=EDIT, status_code=200)
async def preview_memo(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    settings: NamedDependency[Settings],
    member_id: FromPath[UUID | None] = None,
) -> Template:
    """As that member will read it, in their language; they can see that staff looked.

    The general memo is shown on the home page of the member whose number was typed, else with an example's values.
    """
    form = await forms.read(request, FIELDS)
    memo, english = parse(form)
    subject = await subject_of(db, member_id)
    member = await db.get(Member, member_id) if member_id else None
    if form["number"] and not member_id:
        member = await by_number(db, form["number"])
        if member is None:
            form.refuse("number", N_("No member has this number."))
    if not form.ok:
        return await form_page(db, member_id, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    draft = rules.draft("memo" if member_id else queries.GENERAL, memo.body, english)
    language = i18n.choose(form["language"] or (member.language if member else i18n.language.get()))
    i18n.language.set(language)  # of the rest of this answer
    subject |= {"memo": memo, "typed": dict(form.typed), "language": language, "four_eyes": settings.memo_four_eyes}
    if member is None:
        return page("memos/sample", notes=rules.chosen([draft], lambda: rules.EXAMPLE), **subject)
    await journal.write(db, "memo.previewed", actor=request.user.actor, member_id=member.id)
    found = await home.contents(db, Donor(member.id), draft)
    return page("memos/preview", preview=True, previewed=full_name(member), **subject, **found)


HANDLERS = [preview_memo]
