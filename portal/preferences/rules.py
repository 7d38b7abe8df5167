"""How a member wishes to have tax receipts: what can be chosen, and the words for it.

Source: article 200 of the French tax code (CGI): without a receipt there is no tax reduction.
"""

from dataclasses import asdict, dataclass

from portal.i18n import N_

RHYTHMS = {
    "annual": N_("It names all your gifts of a year, and comes in January of the year after."),
    "per_gift": N_(
        "It comes soon after the gift. Regular direct debits always stand together on one receipt for the whole year, "
        "which comes in January."
    ),
    "none": N_("Without a tax receipt you have no right to the tax reduction for your gifts."),
}
"""What follows from each, and when."""

IN_WORDS = {
    ("annual", "email"): N_("One receipt for the whole year, by e-mail"),
    ("annual", "post"): N_("One receipt for the whole year, by post"),
    ("per_gift", "email"): N_("One receipt for each gift, by e-mail"),
    ("per_gift", "post"): N_("One receipt for each gift, by post"),
    ("none", "email"): N_("No receipt"),
    ("none", "post"): N_("No receipt"),
}
"""All that can be chosen."""


@dataclass(frozen=True)
class Wish:
    """The field group of the data dictionary."""

    receipt_rhythm: str
    receipt_by: str

    def as_group(self) -> dict[str, str]:
        """The form in which the sync compares and passes it on."""
        return asdict(self)

    @property
    def is_offered(self) -> bool:
        return (self.receipt_rhythm, self.receipt_by) in IN_WORDS

    @property
    def needs_email(self) -> bool:
        return self.receipt_by == "email" and self.receipt_rhythm != "none"

    @property
    def words(self) -> str:
        return IN_WORDS[self.receipt_rhythm, self.receipt_by]

    @property
    def outlook(self) -> str:
        return RHYTHMS[self.receipt_rhythm]
