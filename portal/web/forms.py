"""Reading a posted form: only the fields that it has, trimmed, with what was typed kept for the answer."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from portal.web import csrf, formkey
from portal.web.errors import BadForm
from portal.web.session import HTTPRequest

LONGEST = 5_000
SEEN = "seen"
"""Hidden field: fingerprint of what the form showed when it was opened."""
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


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
    posted = await csrf.posted(request)
    typed: dict[str, str] = {}
    for name, value in posted.multi_items():
        if name in {csrf.FIELD, formkey.FIELD}:
            continue
        if name not in fields or name in typed or not isinstance(value, str) or is_unreadable(value):
            raise BadForm
        typed[name] = value.strip()
    return Form(typed)


def is_unreadable(value: str) -> bool:
    """Over-long, or with characters that nobody types."""
    return len(value) > LONGEST or CONTROLS.search(value) is not None


class Outdated(Exception):
    """What the form showed has been changed by somebody else meanwhile; nothing was written over."""


def fingerprint(value: object) -> str:
    """Names a value without holding it, to notice that it changed between showing and saving."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:20]
