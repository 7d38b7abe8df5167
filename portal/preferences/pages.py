"""My preferences: what holds of each at a glance, how I receive my tax receipts, and my language."""

from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.consents import queries as consents
from portal.consents.rules import CHANNELS, PURPOSES
from portal.consents.rules import RHYTHMS as POST_RHYTHMS
from portal.i18n import LANGUAGES
from portal.members.rules import addressee
from portal.preferences import actions, queries, rules
from portal.preferences.forms import FIELDS, parse_wish
from portal.profile.queries import address_value
from portal.profile.rules import envelope
from portal.web import cookies, forms, session
from portal.web.donor import Donor
from portal.web.errors import BadForm, NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

PATH = "/preferences/receipts"
LANGUAGE_PATH = "/preferences/language"


@get("/preferences")
async def show_preferences(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    """Each with what holds, in words, and the way to change it."""
    wish, language = await queries.wish_and_language(db, donor)
    return page(
        "preferences/preferences",
        wish=wish,
        language=language,
        standing=await consents.standing(db, donor.id),
        purposes=PURPOSES,
        channels=CHANNELS,
        rhythms=POST_RHYTHMS,
    )


@get(PATH)
async def edit_receipts(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], by: FromQuery[str] = ""
) -> Template:
    """Home links to it with `by=email`: then one press of the button is enough."""
    standing = await _standing(db, donor)
    proposed = replace(standing.wish, receipt_by="email") if by == "email" and standing.takes_mail else standing.wish
    return _form_page(standing, forms.Form(proposed.as_group() | _seen(standing)))


@post(PATH)
async def save_receipts(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Response[Any]:
    form = await forms.read(request, FIELDS)
    standing = await _standing(db, donor)
    wish = parse_wish(form, takes_mail=standing.takes_mail)
    if not form.ok:
        return _form_page(standing, form, status=422)
    try:
        changed = await actions.save_wish(db, donor, wish, seen=form[forms.SEEN])
    except forms.Outdated:  # both are shown, and the donor decides
        standing = await _standing(db, donor)
        form.typed = {**form.typed, **_seen(standing)}
        return _form_page(standing, form, status=409, outdated=True)
    mailed = "receipts-saved-and-mailed" if standing.takes_mail else "receipts-saved"
    await session.flash(db, request.user, mailed if changed else "nothing-changed")
    return see(PATH)


async def _standing(db: AsyncSession, donor: Donor) -> queries.Standing:
    standing = await queries.standing(db, donor)
    if standing is None:
        raise NotFound
    return standing


def _seen(standing: queries.Standing) -> dict[str, str]:
    return {forms.SEEN: forms.fingerprint(standing.wish.as_group())}


def _form_page(standing: queries.Standing, form: forms.Form, *, status: int = 200, outdated: bool = False) -> Template:
    lines = envelope(address_value(standing.address), addressee(standing.member)) if standing.address else []
    return page(
        "preferences/receipts",
        status,
        form=form,
        standing=standing,
        lines=lines,
        rhythms=rules.RHYTHMS,
        outdated=outdated,
    )


@get(LANGUAGE_PATH)
async def edit_language(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    return page("preferences/language", language=await queries.language(db, donor))


@post(LANGUAGE_PATH)
async def save_language(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Response[Any]:
    """Of the mails from now on, and of the pages in this browser at once."""
    code = (await forms.read(request, {"language"}))["language"]
    if code not in LANGUAGES:
        raise BadForm
    changed = await actions.save_language(db, donor, code)
    cookies.put_language(request.scope, code)
    await session.flash(db, request.user, "language-saved" if changed else "nothing-changed")
    return see(LANGUAGE_PATH)


HANDLERS = [show_preferences, edit_receipts, save_receipts, edit_language, save_language]
