"""All addresses at a glance, and what one press does to one beside the main one."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock
from portal.addresses import actions, queries
from portal.addresses.pages.place import LIST, MAIN, ONE
from portal.addresses.rules import checks, stays
from portal.members.rules import addressee
from portal.profile.queries import member_of
from portal.profile.rules import RETURN_REASONS, envelope
from portal.settings import Settings
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see


@get(LIST)
async def show_addresses(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], settings: NamedDependency[Settings]
) -> Template:
    return await _list_page(db, donor, settings)


@post(f"{ONE}/main")
async def make_main_address(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
    address_key: FromPath[str],
) -> Response[Any]:
    if {settings.may("address"), settings.may("other_addresses")} != {"edit"}:
        raise NotFound
    form = await forms.read(request, {forms.SEEN})
    try:
        await actions.make_main(db, donor, address_key)
    except forms.Outdated:
        return await _outdated_page(db, donor, settings, form, address_key)
    await session.flash(db, request.user, "address-is-main")
    return see(LIST)


@post(f"{ONE}/removal")
async def remove_address(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
    address_key: FromPath[str],
) -> Response[Any]:
    if settings.may("other_addresses") != "edit":
        raise NotFound
    form = await forms.read(request, {forms.SEEN})
    try:
        await actions.remove(db, donor, address_key)
    except forms.Outdated:
        return await _outdated_page(db, donor, settings, form, address_key)
    await session.flash(db, request.user, "address-removed")
    return see(LIST)


async def _outdated_page(db: AsyncSession, donor: Donor, settings: Settings, form: forms.Form, key: str) -> Template:
    """Raises NotFound for an address that was never theirs."""
    if form[forms.SEEN] != key:
        raise NotFound
    return await _list_page(db, donor, settings, outdated=True)


async def _list_page(db: AsyncSession, donor: Donor, settings: Settings, *, outdated: bool = False) -> Template:
    if settings.may("other_addresses") == "hide":
        raise NotFound
    held = await queries.mine(db, donor)
    name = addressee(await member_of(db, donor))
    of_today = stays.of_today([queries.stay_of(row) for row in held.others.values()], clock.today())
    main = {MAIN: held.main} if held.main and settings.may("address") != "hide" else {}
    cards = []
    for key, row in (main | held.others).items():
        stay = queries.stay_of(row)
        cards.append(
            {
                "row": row,
                "path": MAIN if row.is_main else f"{LIST}/{key}",
                "key": key,
                "lines": envelope(stay.address, name),
                "words": stays.words(stay),
                "reason": RETURN_REASONS.get(row.returned_reason, ""),
                "is_of_today": row.is_main if of_today is None else stay == of_today,
            }
        )
    is_full = len(held.others) >= checks.MOST_OTHERS
    return page("addresses/addresses", 409 if outdated else 200, cards=cards, is_full=is_full, outdated=outdated)


HANDLERS = [show_addresses, make_main_address, remove_address]
