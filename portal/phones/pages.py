"""My phone numbers: see, add, change and remove them."""

from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n
from portal.phones import actions, queries, rules
from portal.phones.forms import FIELDS, parse_phone
from portal.phones.rules import Phone, Phones
from portal.settings import Settings
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.forms import SEEN
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

PATH = "/profile/phones"


@get(PATH)
async def show_phones(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], settings: NamedDependency[Settings]
) -> Template:
    if settings.may("phones") == "hide":
        raise NotFound
    found = await queries.phones(db, donor)
    listed = [(_key(donor, phone), phone, rules.shown(phone.number, found.country)) for phone in found.listed]
    may = settings.may("phones")
    return page("phones/phones", phones=listed, kinds=rules.KINDS, may=may, full=len(listed) >= rules.MOST)


@get(f"{PATH}/new")
async def edit_new_phone(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], settings: NamedDependency[Settings]
) -> Template:
    _must_be_theirs_to_edit(settings)
    return _form_page(await queries.phones(db, donor), forms.Form({}))


@post(PATH)
async def save_new_phone(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    _must_be_theirs_to_edit(settings)
    form = await forms.read(request, FIELDS)
    found = await queries.phones(db, donor)
    phone = parse_phone(form, found)
    if not form.ok:
        return _form_page(found, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return await _save(request, db, donor, None, phone)


@get(f"{PATH}/{{phone_key:str}}")
async def edit_phone(
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
    phone_key: FromPath[str],
) -> Template:
    _must_be_theirs_to_edit(settings)
    found = await queries.phones(db, donor)
    phone = _find(donor, found, phone_key)
    typed = {"number": rules.shown(phone.number, found.country), "kind": phone.kind}
    return _form_page(found, forms.Form(typed), former=phone, key=phone_key)


@post(f"{PATH}/{{phone_key:str}}")
async def save_phone(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
    phone_key: FromPath[str],
) -> Response[Any]:
    _must_be_theirs_to_edit(settings)
    form = await forms.read(request, FIELDS)
    found = await queries.phones(db, donor)
    try:
        former = _find(donor, found, phone_key, seen=form[SEEN])
        phone = parse_phone(form, found, former)
        if not form.ok:
            return _form_page(found, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, former=former, key=phone_key)
        return await _save(request, db, donor, former, phone)
    except forms.Outdated:
        return _form_page(found, form, status=HTTPStatus.CONFLICT, outdated=True)


@post(f"{PATH}/{{phone_key:str}}/removal")
async def remove_phone(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
    phone_key: FromPath[str],
) -> Response[Any]:
    _must_be_theirs_to_edit(settings)
    await forms.read(request, ())
    former = _find(donor, await queries.phones(db, donor), phone_key)
    await actions.replace(db, donor, former, None)
    await session.flash(db, request.user, "phone-removed")
    return see(PATH)


async def _save(
    request: HTTPRequest, db: AsyncSession, donor: Donor, former: Phone | None, phone: Phone
) -> Response[Any]:
    changed = await actions.replace(db, donor, former, phone)
    await session.flash(db, request.user, "phone-saved" if changed else "nothing-changed")
    return see(PATH)


def _must_be_theirs_to_edit(settings: Settings) -> None:
    if settings.may("phones") != "edit":
        raise NotFound


def _key(donor: Donor, phone: Phone) -> str:
    """Names a number in a page's own address, which is no place for it; the sync may give its row another number."""
    return forms.fingerprint([donor.id, phone.number, phone.kind])


def _find(donor: Donor, found: Phones, key: str, *, seen: str = "") -> Phone:
    """The number that the address names.

    Raises:
        Outdated: it has changed since the form showed it.
        NotFound: the donor has none of this name.
    """
    phone = next((phone for phone in found.listed if _key(donor, phone) == key), None)
    if phone is None:
        raise forms.Outdated if seen == key else NotFound
    return phone


def _form_page(
    found: Phones,
    form: forms.Form,
    *,
    status: int = 200,
    former: Phone | None = None,
    key: str = "",
    outdated: bool = False,
) -> Template:
    return page(
        "phones/phone",
        status,
        form=form,
        kinds=[(kind, i18n.gettext(words)) for kind, words in rules.KINDS.items()],
        example=rules.example(found.country),
        shown=rules.shown(former.number, found.country) if former else "",
        key=key,
        outdated=outdated,
    )


HANDLERS = [show_phones, edit_new_phone, save_new_phone, edit_phone, save_phone, remove_phone]
