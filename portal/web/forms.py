"""Reading a posted form: only the fields that it has, trimmed, with what was typed kept for the answer."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from litestar.datastructures import UploadFile

from portal.i18n import N_
from portal.web import csrf, formkey
from portal.web.errors import BadForm
from portal.web.session import HTTPRequest

LONGEST = 5_000
SEEN = "seen"
"""Hidden field: fingerprint of what the form showed when it was opened."""
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

TYPED_DAY = re.compile(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4})")


@dataclass
class Form:
    """What was typed, and what is wrong with it: per field a message of the catalogue with its values."""

    typed: Mapping[str, str]
    errors: dict[str, tuple[str, dict[str, object]]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.typed.get(name, "")

    def refuse(self, name: str, message: str, **values: object) -> None:
        self.errors.setdefault(name, (message, values))

    @property
    def ok(self) -> bool:
        return not self.errors


async def read(request: HTTPRequest, fields: Collection[str]) -> Form:
    """The posted fields, each at most once.

    Raises:
        BadForm: for a field that the form does not have, a repeated one, an over-long or unprintable value.
    """
    return _typed((await csrf.posted(request)).multi_items(), fields)


async def read_with_file(request: HTTPRequest, fields: Collection[str], name: str) -> tuple[Form, bytes]:
    """The posted fields, and the file sent under this name: nothing when none was chosen.

    The handler needs `opt={"takes_file": True}`. What the sender says of the file, its name and kind, is not used.

    Raises:
        BadForm: as `read`, and for a second file or one under another name.
    """
    items = list((await csrf.posted(request)).multi_items())
    files = [value for key, value in items if key == name and isinstance(value, UploadFile)]
    if len(files) > 1:
        raise BadForm
    others = [(key, value) for key, value in items if key != name or (value and value not in files)]
    return _typed(others, fields), await files[0].read() if files else b""


def _typed(items: Iterable[tuple[str, object]], fields: Collection[str]) -> Form:
    typed: dict[str, str] = {}
    for name, value in items:
        if name in {csrf.FIELD, formkey.FIELD}:
            continue
        if name not in fields or name in typed or not isinstance(value, str) or is_unreadable(value):
            raise BadForm
        typed[name] = value.strip()
    return Form(typed)


def is_unreadable(value: str) -> bool:
    """Over-long, or with characters that nobody types."""
    return len(value) > LONGEST or CONTROLS.search(value) is not None


def read_day(text: str) -> date | None:
    """A day as browsers send it, or as one writes it in France: 31/12/2026. None for what is no day."""
    if typed := TYPED_DAY.fullmatch(text):
        text = "{2}-{1:0>2}-{0:0>2}".format(*typed.groups())
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_period(form: Form, first: str, last: str) -> tuple[date | None, date | None]:
    """Two optional days, with what is wrong with them beside their fields."""
    days = []
    for name in (first, last):
        days.append(read_day(form[name]) if form[name] else None)
        if form[name] and days[-1] is None:
            form.refuse(name, N_("Enter a date such as 2026-12-31."))
    if days[0] and days[1] and days[1] < days[0]:
        form.refuse(last, N_("The last day is before the first day."))
    return days[0], days[1]


class Outdated(Exception):
    """What the form showed has been changed by somebody else meanwhile; nothing was written over."""


def fingerprint(value: object) -> str:
    """Names a value without holding it, to notice that it changed between showing and saving."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:20]
