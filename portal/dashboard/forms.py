"""Which of the rows behind a number are wanted, as their address says it."""

from collections.abc import Mapping
from datetime import date

from portal.dashboard.rules.counting import Slice
from portal.web.errors import BadForm
from portal.web.forms import is_unreadable


def read_slice(query: Mapping[str, str]) -> Slice:
    """The slice that an address names.

    Raises:
        BadForm: for what is no day, or cannot be typed.
    """
    part = query.get("part", "")
    if is_unreadable(part):
        raise BadForm
    return Slice(part, _day(query.get("since", "")), _day(query.get("until", "")))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadForm from None
