"""My details: what the association knows of me, my postal address, and what became of my changes."""

from collections.abc import Callable
from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n
from portal.changes import GROUP_WORDS, STATUS_WORDS
from portal.members.rules import addressee
from portal.preferences.rules import Wish
from portal.profile import actions, queries, rules
from portal.profile.forms import ADDRESS_FIELDS, parse_address, typed_address
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.session import HTTPRequest
from portal.web.templating import page, see


@get("/profile")
async def show_profile(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    profile = await queries.profile(db, donor)
    lines = rules.envelope(queries.address_value(profile.address), addressee(profile.member)) if profile.address else []
    return page("profile/profile", profile=profile, lines=lines)


@get("/profile/address")
async def edit_address(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    row = await queries.main_address(db, donor)
    seen = forms.fingerprint(queries.address_group(row))
    form = forms.Form(queries.address_value(row).as_group() | {forms.SEEN: seen})
    return await _form_page(db, donor, form, returned=row.returned_on if row else None)


@post("/profile/address/form", status_code=200)
async def show_country_form(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Template:
    """The same words in the form of another country, or back from the check."""
    form = await forms.read(request, ADDRESS_FIELDS)
    typed_address(form)
    return await _form_page(db, donor, form)


@post("/profile/address/preview", status_code=200)
async def preview_envelope(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Template:
    """The envelope alone, for the script that draws it while one types."""
    form = await forms.read(request, ADDRESS_FIELDS)
    return page("profile/envelope", lines=await _lines(db, donor, typed_address(form)))


@post("/profile/address/check", status_code=200)
async def check_address(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Template:
    form = await forms.read(request, ADDRESS_FIELDS)
    address = parse_address(form)
    if not form.ok:
        return await _form_page(db, donor, form, status=422)
    values = address.as_group() | {forms.SEEN: form[forms.SEEN]}
    return page("profile/address-check", values=values, lines=await _lines(db, donor, address))


@post("/profile/address")
async def save_address(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Response[Any]:
    form = await forms.read(request, ADDRESS_FIELDS)
    address = parse_address(form)
    if not form.ok:
        return await _form_page(db, donor, form, status=422)
    try:
        changed = await actions.save_address(db, donor, address, seen=form[forms.SEEN])
    except forms.Outdated:
        return await _outdated_page(db, donor, form)
    await session.flash(db, request.user, "address-saved" if changed else "nothing-changed")
    return see("/profile/changes" if changed else "/profile")


@get("/profile/changes")
async def show_changes(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    changes = [
        {"change": row, "old": _shown(row.group, row.old), "new": _shown(row.group, row.new)}
        for row in await queries.my_changes(db, donor)
    ]
    return page("profile/changes", changes=changes, words=STATUS_WORDS, groups=GROUP_WORDS)


def _shown(group: str, value: dict[str, Any] | None) -> list[str]:
    return SHOWN[group](value) if value else []


SHOWN: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "address": lambda value: rules.envelope(rules.Address(**value), addressee=""),
    "email": lambda value: [value["address"]],
    "memo": lambda value: [value["body"]],
    "receipt_wish": lambda value: [i18n.gettext(Wish(**value).words)],
}
"""How a changed value of each field group is shown, in lines."""


async def _lines(db: AsyncSession, donor: Donor, address: rules.Address) -> list[str]:
    return rules.envelope(address, addressee(await queries.member_of(db, donor)))


async def _outdated_page(db: AsyncSession, donor: Donor, form: forms.Form) -> Template:
    """Both are shown, what was typed and what has been stored meanwhile; the donor decides."""
    row = await queries.main_address(db, donor)
    form.typed = {**form.typed, forms.SEEN: forms.fingerprint(queries.address_group(row))}
    stored = await _lines(db, donor, queries.address_value(row))
    return await _form_page(db, donor, form, status=409, stored=stored)


async def _form_page(
    db: AsyncSession,
    donor: Donor,
    form: forms.Form,
    *,
    status: int = 200,
    returned: date | None = None,
    stored: list[str] | None = None,
) -> Template:
    address = rules.Address(**{name: form[name] for name in rules.FIELDS})
    return page(
        "profile/address",
        status,
        form=form,
        shown=rules.shown_fields(address),
        regions=rules.regions(address.country),
        countries=i18n.countries(),
        lines=await _lines(db, donor, address),
        returned=returned,
        stored=stored,
    )


HANDLERS = [
    show_profile, edit_address, show_country_form, preview_envelope, check_address, save_address, show_changes,
]  # fmt: skip
