"""The words for means, states and the reasons that banks give."""

from portal.i18n import N_

MEANS = {
    "cheque": N_("Cheque"),
    "card": N_("Bank card"),
    "transfer": N_("Bank transfer"),
    "debit": N_("Direct debit"),
    "cash": N_("Cash"),
    "other": N_("Other"),
}
STATES = {
    "received": N_("Received"),
    "pending": N_("Expected"),
    "refused": N_("Refused by the bank"),
    "refunded": N_("Refunded"),
}
MARKS = {"received": "good", "refused": "bad"}
"""Colours of the states; the others wait. Not by `ui.status`: a macro costs too much on every line of a list."""

BANK_REASONS = {
    "AC01": N_("the account number was wrong"),
    "AC04": N_("the account has been closed"),
    "AC06": N_("the account is blocked"),
    "AG01": N_("the account does not allow direct debits"),
    "AM04": N_("there was not enough money on the account"),
    "AM05": N_("the bank took it for a duplicate"),
    "BE05": N_("the bank did not recognise us"),
    "MD01": N_("the bank had no mandate on file"),
    "MD06": N_("the refund was asked for at the bank"),
    "MD07": N_("the bank reported a death"),
    "MS02": N_("the bank gave no reason"),
    "MS03": N_("the bank gave no reason"),
    "SL01": N_("the account refuses our debits"),
}
"""SEPA return codes (ISO 20022 external reason codes) that a donor may meet."""


def reason_words(reason: str) -> str:
    """Words for a bank's code; what is not a code are words already."""
    return BANK_REASONS.get(reason, reason)
