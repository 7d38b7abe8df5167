"""The form of an address, its check and its saving: the same steps for the main address, another one, a new one."""

from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n
from portal.addresses import actions, queries
from portal.addresses.forms import STAY_FIELDS, parse_address, parse_stay, typed_address, typed_stay
from portal.addresses.pages.place import FORMS, LIST, MAIN, NEW, WITH_PLACE, Place
from portal.addresses.rules import checks, stays
from portal.members.rules import addressee
from portal.profile.queries import address_group, address_value, member_of
from portal.profile.rules import FIELDS, RETURN_REASONS, Address, envelope, regions
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

PREVIEW = f"{MAIN}/preview"


@get(list(FORMS), **WITH_PLACE)
async def edit_address(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    place: NamedDependency[Place],
) -> Response[Any]:
    if place.rule == "request":
        lines = await _lines(db, donor, address_value(place.row)) if place.row else []
        return page("addresses/by-request", lines=lines)
    if place.is_full:
        return await _refuse_one_more(request, db)
    stay = queries.stay_of(place.row) if place.row else stays.Stay(Address(), "second_home")
    seen = forms.fingerprint(address_group(place.row)) if place.is_main else place.key or ""
    return await _form_page(db, donor, place, forms.Form(typed_stay(stay) | {forms.SEEN: seen}))


@post([f"{path}/form" for path in FORMS], status_code=200, **WITH_PLACE)
async def show_country_form(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    place: NamedDependency[Place],
) -> Template:
    """The same words in the form of another country, or back from the check."""
    form = await forms.read(request, place.fields)
    if place.is_gone:
        return await _outdated_page(db, donor, place, form)
    typed_address(form)
    return await _form_page(db, donor, place, form)


@post(PREVIEW, status_code=200)
async def preview_envelope(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Template:
    """The envelope alone, for the script that draws it while one types."""
    form = await forms.read(request, STAY_FIELDS)
    return page("addresses/envelope", lines=await _lines(db, donor, typed_address(form)))


@post([f"{path}/check" for path in FORMS], status_code=200, **WITH_PLACE)
async def check_address(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    place: NamedDependency[Place],
) -> Template:
    form = await forms.read(request, place.fields)
    if place.is_gone:
        return await _outdated_page(db, donor, place, form)
    stay = _parse(form, place)
    if not form.ok:
        return await _form_page(db, donor, place, form, status=422)
    typed = stay.address.as_group() if place.is_main else typed_stay(stay)
    values = typed | {forms.SEEN: form[forms.SEEN]}
    lines = await _lines(db, donor, stay.address)
    return page("addresses/check", place=place, lines=lines, words=stays.words(stay), values=values)


@post(list(FORMS), **WITH_PLACE)
async def save_address(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    place: NamedDependency[Place],
) -> Response[Any]:
    form = await forms.read(request, place.fields)
    if place.is_gone:
        return await _outdated_page(db, donor, place, form)
    stay = _parse(form, place)
    if not form.ok:
        return await _form_page(db, donor, place, form, status=422)
    if place.is_full:
        return await _refuse_one_more(request, db)
    try:
        if place.is_main:
            changed = await actions.save_main(db, donor, stay.address, seen=form[forms.SEEN])
        else:
            changed = await actions.save_other(db, donor, place.key, stay)
    except forms.Outdated:
        return await _outdated_page(db, donor, place, form)
    saved = "address-saved" if place.is_main else "other-address-saved"
    await session.flash(db, request.user, saved if changed else "nothing-changed")
    if not place.is_main:
        return see(LIST)
    return see("/profile/changes" if changed else "/profile")


async def _refuse_one_more(request: HTTPRequest, db: AsyncSession) -> Response[Any]:
    await session.flash(db, request.user, "addresses-enough")
    return see(LIST)


def _parse(form: forms.Form, place: Place) -> stays.Stay:
    return stays.Stay(parse_address(form)) if place.is_main else parse_stay(form, place.beside)


async def _lines(db: AsyncSession, donor: Donor, address: Address) -> list[str]:
    return envelope(address, addressee(await member_of(db, donor)))


async def _outdated_page(db: AsyncSession, donor: Donor, place: Place, form: forms.Form) -> Template:
    """What was typed is kept; the donor decides, of the main address with what has been stored meanwhile beside it.

    Raises:
        NotFound: for an address that the donor never had.
    """
    form.errors = {}
    if not place.is_main:
        if form[forms.SEEN] != place.key:
            raise NotFound
        form.typed = {**form.typed, forms.SEEN: ""}
        return await _form_page(db, donor, replace(place, path=NEW, key=None), form, status=HTTPStatus.CONFLICT)
    row = (await queries.mine(db, donor)).main
    form.typed = {**form.typed, forms.SEEN: forms.fingerprint(address_group(row))}
    stored = await _lines(db, donor, address_value(row))
    return await _form_page(db, donor, replace(place, row=row), form, status=HTTPStatus.CONFLICT, stored=stored)


async def _form_page(
    db: AsyncSession,
    donor: Donor,
    place: Place,
    form: forms.Form,
    *,
    status: int = 200,
    stored: Sequence[str] = (),
) -> Template:
    address = Address(**{name: form[name] for name in FIELDS})
    return page(
        "addresses/address",
        status,
        place=place,
        form=form,
        shown=checks.shown_fields(address),
        regions=regions(address.country),
        countries=i18n.countries(),
        purposes=[(code, i18n.gettext(name)) for code, name in stays.PURPOSES.items()],
        months=i18n.months(),
        lines=await _lines(db, donor, address),
        reasons=RETURN_REASONS,
        stored=stored,
        outdated=status == HTTPStatus.CONFLICT,
    )


HANDLERS = [edit_address, show_country_form, preview_envelope, check_address, save_address]
