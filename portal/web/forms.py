"""Reading a posted form: only the fields that it has, trimmed, with what was typed kept for the answer."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from portal.web.csrf import FIELD
from portal.web.errors import BadForm
from portal.web.session import HTTPRequest

LONGEST = 5_000
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
    posted = await request.form()
    typed: dict[str, str] = {}
    for name, value in posted.multi_items():
        if name == FIELD:
            continue
        if name not in fields or name in typed or not isinstance(value, str) or len(value) > LONGEST:
            raise BadForm
        if CONTROLS.search(value):
            raise BadForm
        typed[name] = value.strip()
    return Form(typed)
