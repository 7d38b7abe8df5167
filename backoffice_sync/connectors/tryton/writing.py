"""The commands that lead a party from one value of a field group to another. Pure.

Everything is written through the party: one call is one transaction. What is taken away is archived, for other
records of Tryton may name it. Of an address only what differs is written, so that a flat and a floor that staff told
apart stay so when somebody moves the street.
"""

from collections.abc import Callable

from backoffice_sync.connectors.tryton import marks, shapes
from backoffice_sync.connectors.tryton.client import Record
from backoffice_sync.directory import Value
from portal import clock

ARCHIVED = {"active": False}
PLAIN_LINES = {"street_unstructured": None}
STRUCTURED = ("unit", "building", "house_number", "street", "locality")


def address(records: list[Record], old: Value | None, new: Value | None, places: Value) -> Record:
    main = shapes.in_order(records)[:1]
    if new is None:
        return {"addresses": [["write", [main[0]["id"]], ARCHIVED]]}
    if old is None:
        return {"addresses": [["create", [_address_fields(new, list(new)) | places]]]}
    was_plain = bool(main[0]["street_unstructured"])
    changed = [name for name in new if new[name] != old[name] or (was_plain and name in STRUCTURED)]
    values = _address_fields(new, changed) | (places if {"country", "region"} & set(changed) else {})
    return {"addresses": [["write", [main[0]["id"]], values | (PLAIN_LINES if was_plain else {})]]}


def _address_fields(value: Value, names: list[str]) -> Record:
    """Tryton's fields of these parts of an address."""
    box = shapes.PO_BOX.fullmatch(value["locality"])
    place = {"post_box": box[1]} if box else {"post_office": value["locality"]}
    parts: dict[str, Record] = {
        "unit": dict.fromkeys(shapes.UNIT) | {"unit_number": value["unit"]},
        "building": {"building_name": value["building"]},
        "house_number": {"building_number": value["house_number"]},
        "street": {"street_name": value["street"]},
        "locality": dict.fromkeys(shapes.PLACE) | place,
        "postcode": {"postal_code": value["postcode"]},
        "town": {"city": value["town"]},
    }
    return {field: text for name in names for field, text in parts.get(name, {}).items()}


def email(records: list[Record], _: Value | None, new: Value | None) -> Record:
    """One of the other addresses becomes the first; a new address takes the place of the first."""
    there = shapes.emails(records)
    if new is None:
        return {"contact_mechanisms": [["write", [there[0]["id"]], ARCHIVED]]}
    fields = {"value": new["address"]}
    known = next((one for one in there[1:] if one["value"].lower() == new["address"].lower()), None)
    kept = known or next(iter(there), None)
    text = marks.read(kept["comment"])[1] if kept else ""
    fields["comment"] = marks.write({"confirmed_on": new["confirmed_on"]}, text, new["address"])
    if kept is None:
        return {"contact_mechanisms": [["create", [fields | {"type": "email"}]]]}
    ranked = [known, *(one for one in there if one is not known)] if known else []
    order = [["write", [one["id"]], {"sequence": at}] for at, one in enumerate(ranked, start=1)]
    return {"contact_mechanisms": [["write", [kept["id"]], fields], *order]}


def other_emails(records: list[Record], old: Value | None, new: Value | None) -> Record:
    beside = [(one["id"], {"address": one["value"]}) for one in shapes.emails(records)[1:]]
    return _items(beside, old, new, _email_fields)


def _email_fields(item: Value) -> Record:
    """The portal adds an address once its mailbox was proved."""
    comment = marks.write({"confirmed_on": clock.today()}, "", item["address"])
    return {"type": "email", "value": item["address"], "comment": comment}


def phones(records: list[Record], old: Value | None, new: Value | None) -> Record:
    there = [(one["id"], shapes.phone(one)) for one in shapes.phones(records)]
    return _items(there, old, new, _phone_fields)


def _phone_fields(item: Value) -> Record:
    label = {"name": shapes.AT_WORK} if item["kind"] == "work" else {}
    return {"type": "mobile" if item["kind"] == "mobile" else "phone", "value": item["number"]} | label


def _items(
    there: list[tuple[int, Value]], old: Value | None, new: Value | None, fields: Callable[[Value], Record]
) -> Record:
    before, after = ((side or {"items": []})["items"] for side in (old, new))
    gone = [number for number, item in there if item not in after]
    added = [fields(item) for item in after if item not in before]
    steps = ([["write", gone, ARCHIVED]] if gone else []) + ([["create", added]] if added else [])
    return {"contact_mechanisms": steps}


LISTS = {"email": email, "other_emails": other_emails, "phones": phones}
"""The groups that are contact mechanisms."""
