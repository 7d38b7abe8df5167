"""What of an account number may leave the central base."""

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException


def masked(iban: str) -> str:
    """FR•• •••• 0189: the country and the last four characters."""
    plain = "".join(iban.split())
    return f"{plain[:2]}•• •••• {plain[-4:]}"


def bank_name(iban: str) -> str:
    """The bank's name from its code in the IBAN, empty when the code or the number is not known."""
    try:
        return IBAN(iban).bank_name or ""
    except SchwiftyException:
        return ""
