"""The kinds of links, in the order in which they are shown, and the words for them."""

from dataclasses import dataclass
from datetime import date

from portal.i18n import N_

KINDS = {
    "sponsorship": N_("Children whom I sponsor"),
    "subscription": N_("My subscriptions"),
    "event": N_("Events"),
    "petition": N_("Petitions that I signed"),
    "order": N_("My orders"),
    "legacy": N_("Legacies"),
}
STATES = {
    "planned": N_("To come"),
    "active": N_("Under way"),
    "done": N_("Over"),
    "cancelled": N_("Cancelled"),
}
"""Where the central base tells none, none is shown."""
DAYS = {
    "asked_on": N_("Brochure asked for on"),
    "sent_on": N_("Brochure sent on"),
    "promised_on": N_("You told us of a legacy on"),
    "confirmed_on": N_("Confirmed on"),
}
"""Of a legacy enquiry, as the donor reads them."""
DESK_DAYS = {
    "asked_on": N_("The donor asked for the brochure on"),
    "sent_on": N_("The brochure was sent on"),
    "promised_on": N_("The donor told us that they mean to leave a legacy on"),
    "confirmed_on": N_("The donor, or their notary, confirmed it on"),
}


@dataclass(frozen=True)
class Enquiry:
    """Each day empty while it has not come."""

    asked_on: date | None = None
    sent_on: date | None = None
    promised_on: date | None = None
    confirmed_on: date | None = None

    @property
    def as_noted(self) -> dict[str, str]:
        """The form in which it stands in the journal."""
        return {name: day.isoformat() for name, day in vars(self).items() if day}
