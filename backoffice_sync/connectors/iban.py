"""What of an account number may leave the central base."""

import re
from typing import Any

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException

WRITTEN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?:\s?[A-Z0-9]){11,30}\b", re.IGNORECASE)
"""What may be an account number in a text, with whatever words stand behind it."""
SHORTEST = 15


def masked(iban: str) -> str:
    """FR•• •••• 0189: the country and the last four characters."""
    plain = "".join(iban.split())
    return f"{plain[:2]}•• •••• {plain[-4:]}"


def guarded(value: Any, name: str = "") -> Any:
    """A record as it may leave the central base: whatever is an account number, or stands under its name, is masked."""
    if isinstance(value, dict):
        return {key: guarded(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [guarded(inner, name) for inner in value]
    if isinstance(value, str) and value:
        return masked(value) if "iban" in name.lower() else WRITTEN.sub(_masked_in_text, value)
    return value


def _masked_in_text(found: re.Match[str]) -> str:
    text = found[0]
    for end in range(len(text), SHORTEST - 1, -1):
        if not text[end - 1].isspace() and IBAN(text[:end], allow_invalid=True).is_valid:
            return masked(text[:end]) + text[end:]
    return text


def bank_name(iban: str) -> str:
    """The bank's name from its code in the IBAN, empty when the code or the number is not known."""
    try:
        return IBAN(iban).bank_name or ""
    except SchwiftyException:
        return ""
