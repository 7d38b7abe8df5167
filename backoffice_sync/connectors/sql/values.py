"""Values as a base holds them, in the portal's form. Pure.

A word is a value as one would write it in the mapping file.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portal import clock


def word(value: Any) -> str:
    """A value in the form in which a file can name it: yes is true, nothing is the empty word."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value).strip()


def code(cell: Any) -> str:
    """A cell as the file names it: a yes is 1, a no is 0, whatever the base's type for it."""
    if isinstance(cell, bytes):
        return str(int.from_bytes(cell))
    return str(int(cell)) if isinstance(cell, bool) else word(cell)


def normal(value: Any, kind: type, *, nullable: bool, codes: frozenset[str] = frozenset()) -> Any:
    """The portal's form of a value. What has none is nothing, or stays as it is: stored, such a row is set aside."""
    if codes:
        return value if value in codes else None
    if kind is str:
        return word(value) or (None if nullable else "")
    if kind is bool:
        return {"1": True, "true": True, "0": False, "false": False, "": False}.get(code(value).lower(), value)
    if value is None or (isinstance(value, str) and value.strip() in {"", "0000-00-00"}):  # MySQL's unknown day
        return None
    if kind is date:
        return _day(value)
    return Decimal(str(value)) if kind is Decimal and isinstance(value, float) else value


def _day(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo:
        return clock.paris(value).date()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip()[:10])
        except ValueError:
            return value
    return date(value.year, value.month, value.day) if isinstance(value, date) else value
