"""The form in which staff correct what a member typed: every element that was refused, the others stay as they are."""

from collections.abc import Sequence
from typing import Any, Protocol

from portal.consents.rules import CONSENTS, OBJECTIONS, boxes, codes_for, label
from portal.items import in_order
from portal.reviews.forms.elements import ELEMENTS, Field, Part, Value
from portal.tracking.rules import LISTS
from portal.web.errors import BadForm
from portal.web.forms import Form

TICKED = "yes"


class Parked(Protocol):
    group: str
    old: Value | None
    new: Value | None


def refused_elements(change: Parked) -> list[Value]:
    """Of a list what was added, else the value itself; nothing can be corrected about a removal."""
    if change.group not in ELEMENTS or not change.new:
        return []
    if change.group not in LISTS:
        return [change.new]
    return [element for element in change.new["items"] if element not in (change.old or {}).get("items", [])]


def offered_boxes(change: Parked) -> list[tuple[str, str]]:
    """Staff may only restrict further: objections to add, or consents to take away; each with its label."""
    if change.group not in {"objections", "consents"} or not change.new:
        return []
    held = boxes(change.new[change.group])
    codes = [code for code in OBJECTIONS if code not in held]
    if change.group == "consents":
        codes = [code for code in CONSENTS if code in held]
    return [(code, label(*code.split("/"))) for code in codes]


def first_form(change: Parked) -> Form:
    """What the member typed."""
    typed: dict[str, str] = {}
    for number, element in enumerate(refused_elements(change)):
        shown = ELEMENTS[change.group].typed(element)
        typed |= {f"{number}-{name}": shown[name] for name in ELEMENTS[change.group].names}
    return Form(typed)


def field_names(change: Parked) -> set[str]:
    codes = {code for code, _ in offered_boxes(change)}
    several = range(len(refused_elements(change)))
    return codes | {f"{number}-{name}" for number in several for name in ELEMENTS[change.group].names}


def parts(change: Parked, form: Form) -> list[list[Field]]:
    """By element its fields, each under the name that it has in the form."""
    found = []
    for number, element in enumerate(refused_elements(change)):
        part = Part(form, f"{number}-")
        fields = ELEMENTS[change.group].fields(part, element)
        found.append([Field(part.prefix + field.name, field.label, field.options) for field in fields])
    return found


def parse_corrected(change: Parked, form: Form) -> Value:
    """The whole value of the group, and in `form.errors` what is wrong with it.

    Raises:
        BadForm: for a choice that was not offered, or where nothing can be corrected.
    """
    if offered := offered_boxes(change):
        return _restricted(change, form, offered)
    refused = refused_elements(change)
    if not refused or change.new is None:
        raise BadForm
    read = ELEMENTS[change.group].read
    corrected = [read(Part(form, f"{number}-"), element) for number, element in enumerate(refused)]
    if change.group not in LISTS:
        return corrected[0] or change.new
    kept = [element for element in change.new["items"] if element not in refused]
    return {"items": in_order([*kept, *filter(None, corrected)])}


def _restricted(change: Parked, form: Form, offered: Sequence[tuple[str, str]]) -> dict[str, Any]:
    ticked = {code for code, _ in offered if form[code]}
    if {form[code] for code, _ in offered} - {"", TICKED}:
        raise BadForm
    former = (change.new or {})[change.group]
    wanted = boxes(former) - ticked if change.group == "consents" else boxes(former) | ticked
    return {change.group: in_order(codes_for(wanted, former))}
