"""Which of the donor's addresses a page is about."""

from dataclasses import dataclass
from typing import Any

from litestar.di import NamedDependency, Provide
from sqlalchemy.ext.asyncio import AsyncSession

from portal.addresses import queries
from portal.addresses.forms import MAIN_FIELDS, STAY_FIELDS
from portal.addresses.rules import checks, stays
from portal.profile.models import PostalAddress
from portal.settings import Settings
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest

MAIN = "/profile/address"
LIST = "/profile/addresses"
NEW = f"{LIST}/new"
ONE = LIST + "/{address_key:str}"
FORMS = (MAIN, NEW, ONE)


@dataclass(frozen=True)
class Place:
    """`rule` says what donors may do here, `row` is None for an address that is not there yet."""

    path: str
    rule: str
    key: str | None
    held: queries.Mine
    row: PostalAddress | None

    @property
    def is_main(self) -> bool:
        return self.path == MAIN

    @property
    def fields(self) -> set[str]:
        return MAIN_FIELDS if self.is_main else STAY_FIELDS

    @property
    def is_full(self) -> bool:
        """Is there no room for one more?"""
        return not self.is_main and self.row is None and len(self.held.others) >= checks.MOST_OTHERS

    @property
    def is_gone(self) -> bool:
        """Did somebody else change or remove it since the donor saw it?"""
        return self.key is not None and self.row is None

    @property
    def beside(self) -> list[stays.Stay]:
        """The other addresses beside the main one."""
        return [queries.stay_of(row) for row in self.held.others.values() if row is not self.row]


async def provide_place(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
) -> Place:
    """The place of this request, if it is there and donors may write in it."""
    key = request.path_params.get("address_key")
    path = f"{LIST}/{key or 'new'}" if request.url.path.startswith(LIST) else MAIN
    rule = settings.may("address" if path == MAIN else "other_addresses")
    if rule == "hide" or (rule == "request" and request.method == "POST"):
        raise NotFound
    held = await queries.mine(db, donor)
    row = held.main if path == MAIN else held.others.get(key or "")
    if key and row is None and request.method == "GET":
        raise NotFound
    return Place(path, rule, key, held, row)


WITH_PLACE: dict[str, Any] = {"dependencies": {"place": Provide(provide_place)}}
