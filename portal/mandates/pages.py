"""My regular gifts: the SEPA mandates behind them."""

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.i18n import N_
from portal.mandates import queries
from portal.web.donor import Donor
from portal.web.templating import page

RHYTHMS = {
    "monthly": N_("every month"),
    "quarterly": N_("every three months"),
    "half_yearly": N_("every six months"),
    "yearly": N_("every year"),
}
STATES = {
    "active": N_("Active"),
    "suspended": N_("Suspended"),
    "lapsed": N_("Lapsed: no debit for 36 months"),
    "cancelled": N_("Ended"),
    "refused": N_("Refused by the bank"),
}


@get("/mandates")
async def show_mandates(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    mandates = await queries.listed(db, donor)
    return page("mandates/mandates", mandates=mandates, rhythms=RHYTHMS, states=STATES)


HANDLERS = [show_mandates]
