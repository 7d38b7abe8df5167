"""What leads a member's rows from one value of a field group to another. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backoffice_sync.connectors.sql.fields import Cells, Plain
from backoffice_sync.connectors.sql.plan import BOUNCES, Source
from backoffice_sync.directory import Value
from backoffice_sync.mapping import GROUPS, Group
from portal import clock

OF_US = "donor extranet"
FORGOTTEN: dict[str, dict[str, Any]] = {
    "address": {"returned_on": None, "returned_reason": ""},
    "email": {"origin": OF_US} | dict.fromkeys(BOUNCES),
}
"""What was known of an address says nothing of the one that takes its place."""


@dataclass(frozen=True)
class Step:
    """A row to insert where there was none, to delete where none is to be, else to update as long as it is so."""

    before: Cells | None
    after: dict[str, Any] | None = None


def steps(group: Group, source: Source, held: Sequence[Cells], mine: Sequence[Cells], new: Value | None) -> list[Step]:
    """`held` are all rows of the member, `mine` those of the group.

    Raises:
        NoPlace: something of it has none in this base.
    """
    if group.items:
        return _items(group, source, mine, new)
    if held and (source.is_beside or group.entity == "member"):
        values = new or {name: "" for name in group.fields if type(source.fields[name]) is Plain}
        return [Step(row, _changed(source, row, values)) for row in held[:1]]
    if new is None:
        return [_without(group, source, row) for row in mine]
    if group.name == "email" and (known := _known(source, held, mine, new)):
        promoted = Step(known, _changed(source, known, new | {"is_main": True}))
        return [*(Step(row, cells_of(source, {"is_main": False})) for row in mine), promoted]
    if not mine:
        return [Step(None, _new(group, source, new))]
    changed = _changed(source, mine[0], new)
    forgotten = cells_of(source, mapped(source, FORGOTTEN.get(group.entity, {}))) if changed else {}
    return [Step(mine[0], forgotten | changed)]


def _items(group: Group, source: Source, mine: Sequence[Cells], new: Value | None) -> list[Step]:
    """What stays keeps its number."""
    wanted = (new or {"items": []})["items"]
    items = [{name: source.values(row)[name] for name in group.items} for row in mine]
    gone = [Step(row) for row, item in zip(mine, items, strict=True) if item not in wanted]
    return gone + [Step(None, _new(group, source, item)) for item in wanted if item not in items]


def _without(group: Group, source: Source, row: Cells) -> Step:
    """An e-mail address that is no longer the main one stays beside it."""
    stays = group.name == "email" and source.can(GROUPS["other_emails"])
    return Step(row, cells_of(source, {"is_main": False}) if stays else None)


def _known(source: Source, held: Sequence[Cells], mine: Sequence[Cells], new: Value) -> Cells | None:
    """One of the other addresses that is now to be the main one."""
    others = (row for row in held if row not in mine)
    same = (row for row in others if source.values(row)["address"].lower() == new["address"].lower())
    return next(same, None)


def _new(group: Group, source: Source, item: Value) -> dict[str, Any]:
    """The portal adds an e-mail address once its mailbox was proved."""
    today = clock.today()
    beside = {"email": {"origin": OF_US, "recorded_on": today, "confirmed_on": today}}.get(group.entity, {})
    fixed = {column: held[0] for column, held in source.where.items()}
    return fixed | cells_of(source, mapped(source, beside) | dict(group.only) | item)


def _changed(source: Source, row: Cells, new: Value) -> dict[str, Any]:
    """Only what differs: a code that means the same as ours stays what it is."""
    known = source.values(row)
    return cells_of(source, {name: value for name, value in new.items() if known[name] != value})


def mapped(source: Source, values: Value) -> Value:
    return {name: value for name, value in values.items() if source.fields[name].columns}


def cells_of(source: Source, values: Value) -> dict[str, Any]:
    return {column: cell for name, value in values.items() for column, cell in source.fields[name].write(value).items()}
