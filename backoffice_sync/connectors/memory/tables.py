"""The rows of a base in memory, and the field groups that stand in them."""

from abc import ABC, abstractmethod
from datetime import date
from typing import Any

from backoffice_sync.directory import MemberGone, PersonalRecord, Row, Value
from backoffice_sync.mapping import ENTITIES, GROUPS, in_normal_form
from portal import clock
from portal.items import in_order

CODES = ("objections", "consents")
"""Lists that stand in one row."""
NONE_YET = ("season_from", "season_to", "confirmed_on", "bounced_on", "soft_bounced_on", "complained_on", "returned_on")


class Tables(ABC):
    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Row]] = {entity: {} for entity in ENTITIES}
        self.files: dict[str, bytes] = {}
        """By the number of their document."""
        self.beyond: dict[str, list[PersonalRecord]] = {}
        """By member: what the base has besides, and the portal mirrors nothing of."""

    @abstractmethod
    def put(self, entity: str, row: Row) -> None: ...
    @abstractmethod
    def drop(self, entity: str, number: str) -> None: ...
    @abstractmethod
    def fresh_number(self, group: str) -> str: ...

    def named(self, entity: str) -> list[Value]:
        return [dict(zip(ENTITIES[entity].incoming, row, strict=True)) for row in self.tables[entity].values()]

    def put_named(self, entity: str, row: Value) -> None:
        self.put(entity, tuple(row[name] for name in ENTITIES[entity].incoming))

    def group(self, member: str, group: str) -> Value | None:
        """What a group holds now, in normal form."""
        if member not in self.tables["member"] or self.tables["member"][member][-1]:
            raise MemberGone
        found = self.rows_of_group(member, group)
        if group in CODES:
            return {group: in_order(found[0][group])}
        names = GROUPS[group].items or GROUPS[group].fields
        return in_normal_form(GROUPS[group], [tuple(_normal(row[name]) for name in names) for row in found])

    def rows_of_group(self, member: str, group: str) -> list[Value]:
        entity = ENTITIES[GROUPS[group].entity]
        owner = "central_id" if entity.owner == "id" else "member"
        only = dict(GROUPS[group].only)
        return [row for row in self.named(entity.name) if row[owner] == member and row | only == row]

    def replace(self, member: str, group: str, value: Value | None, rows: list[Value] | None = None) -> None:
        """Let a group hold this; `rows` are those that it stands in, as whoever writes has read them."""
        rows = self.rows_of_group(member, group) if rows is None else rows
        entity = GROUPS[group].entity
        if GROUPS[group].items:
            self._replace_items(member, group, rows, (value or {})["items"])
        elif value is None:
            self.drop(entity, rows[0]["central_id"])
        else:
            known = self._beside(member, group, value)
            if known is not None and rows:
                self.put_named(entity, rows[0] | {"is_main": False})
            row = known or (rows or [self._fresh(member, group)])[0]
            self.put_named(entity, row | value | dict(GROUPS[group].only))

    def _beside(self, member: str, group: str, value: Value) -> Value | None:
        """Another address of the member that becomes the main one."""
        others = self.rows_of_group(member, "other_emails") if group == "email" else []
        return next((row for row in others if row["address"].lower() == value["address"].lower()), None)

    def _replace_items(self, member: str, group: str, rows: list[Value], items: list[Value]) -> None:
        missing = list(items)
        for row in rows:
            held = {name: _normal(row[name]) for name in GROUPS[group].items}
            if held in missing:
                missing.remove(held)
            else:
                self.drop(GROUPS[group].entity, row["central_id"])
        for held in missing:
            self.put_named(GROUPS[group].entity, self._fresh(member, group) | held)

    def _fresh(self, member: str, group: str) -> Value:
        blank: dict[str, Any] = dict.fromkeys(NONE_YET)
        blank |= {"returned_reason": "", "origin": "", "recorded_on": clock.today(), "purpose": "home"}
        if group == "other_emails":
            blank["confirmed_on"] = clock.today()  # the portal adds an address once its mailbox was proved
        return blank | dict(GROUPS[group].only) | {"central_id": self.fresh_number(group), "member": member}


def _normal(value: object) -> object:
    """As the port wants it: a date is text."""
    return value.isoformat() if isinstance(value, date) else value
