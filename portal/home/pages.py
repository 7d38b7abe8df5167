"""The home page: the personal memo first, then the essentials."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from portal.gifts.rules import MEANS
from portal.home import queries
from portal.phones.rules import HOME_COUNTRY, shown
from portal.profile.rules import RETURN_REASONS, envelope
from portal.web.donor import Donor
from portal.web.templating import page


@get("/")
async def show_home(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Response[Any]:
    card = await queries.card(db, donor)
    giving = await queries.giving(db, donor)
    papers = await queries.papers(db, donor)
    address = queries.address_of(card)
    numbers = card.phones if card.check_due and card.phones else ()
    return page(
        "home/home",
        card=card,
        address=envelope(address, addressee=""),
        phones=[shown(number, address.country or HOME_COUNTRY) for number in numbers],
        returned=envelope(queries.address_of(card, "returned_"), addressee=""),
        reasons=RETURN_REASONS,
        giving=giving,
        papers=papers,
        means=MEANS,
    )


HANDLERS = [show_home]
