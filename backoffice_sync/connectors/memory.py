"""A central base in memory that behaves as the port promises: for tests, and to try a mapping."""

import copy
import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime

from backoffice_sync.directory import (
    Applied,
    Bounce,
    Capabilities,
    Catalogue,
    Checksums,
    Conflict,
    DirectoryUnreachable,
    IssuedReceipt,
    MemberGone,
    News,
    Outcome,
    Rejected,
    Request,
    Row,
    Value,
)
from backoffice_sync.mapping import ENTITIES, GROUPS, in_normal_form
from portal import clock
from portal.items import in_order


class MemoryDirectory:
    """Tables of rows by number, a history of what changed, and switches for what can go wrong."""

    name = "memory"
    capabilities = Capabilities(noop_is_news=True)

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Row]] = {entity: {} for entity in ENTITIES}
        self.history: list[tuple[str, str]] = []
        self.writes: list[str] = []
        self.reachable = True
        self.answers_get_lost = False
        self.refuses: Callable[[Value | None], str | None] = lambda _: None

    def put(self, entity: str, row: Row) -> None:
        """What somebody at the association types into the central base."""
        self.tables[entity][row[0]] = row
        self.history.append((entity, row[0]))

    def drop(self, entity: str, number: str) -> None:
        del self.tables[entity][number]
        self.history.append((entity, number))

    async def position(self) -> str:
        self._answer()
        return str(len(self.history))

    async def news(self, since: str) -> News:
        self._answer()
        ids: dict[str, list[str]] = {}
        for entity, number in dict.fromkeys(self.history[int(since) :]):
            ids.setdefault(entity, []).append(number)
        return News(ids, str(len(self.history)))

    async def count(self, entity: str) -> int:
        self._answer()
        return len(self.tables[entity])

    async def scan(self, entity: str, after: str = "") -> AsyncIterator[list[Row]]:
        self._answer()
        numbers = sorted(self.tables[entity])
        if rows := [self.tables[entity][number] for number in numbers if number > after]:
            yield rows

    async def rows(self, entity: str, ids: Sequence[str]) -> list[Row]:
        self._answer()
        return [self.tables[entity][number] for number in ids if number in self.tables[entity]]

    async def rows_of(self, entity: str, member: str) -> list[Row]:
        self._answer()
        column = 0 if ENTITIES[entity].owner == "id" else 1
        return [row for row in self.tables[entity].values() if row[column] == member]

    async def read(self, member: str, group: str) -> Value | None:
        self._answer()
        if member not in self.tables["member"] or self.tables["member"][member][-1]:
            raise MemberGone
        if group in CODES:
            [row] = self._rows_of_group(member, group)
            return {group: in_order(row[group])}
        names = GROUPS[group].items or GROUPS[group].fields
        rows = [tuple(_normal(row[name]) for name in names) for row in self._rows_of_group(member, group)]
        return in_normal_form(GROUPS[group], rows)

    async def write(
        self, member: str, group: str, value: Value | None, *, expected: Value | None, change_id: str
    ) -> Outcome:
        if await self.read(member, group) != expected:
            return Conflict()
        if reason := self.refuses(value):
            return Rejected(reason)
        self._replace(member, group, copy.deepcopy(value))
        self.writes.append(change_id)
        if self.answers_get_lost:
            raise DirectoryUnreachable
        return Applied()

    async def catalogue(self) -> Catalogue:
        self._answer()
        used = {f"{entity.name}.{name}": "any" for entity in ENTITIES.values() for name in entity.incoming}
        return Catalogue(used, {})

    async def now(self) -> datetime:
        self._answer()
        return clock.now()

    async def checksums(self, entity: str) -> Checksums:
        raise NotImplementedError(entity)  # sums nothing itself

    async def submit(self, request: Request) -> str | Rejected:
        self._answer()
        if reason := self.refuses({"wish": request.wish}):
            return Rejected(reason)
        names = ENTITIES["request"].incoming
        at = names.index("key")
        known = next((row[0] for row in self.tables["request"].values() if row[at] == request.key), None)
        if known is None:
            known = f"request-{len(self.tables['request']) + 1}"
            told = vars(request) | {"central_id": known, "state": "received", "answer": ""}
            self.put("request", tuple((told | {"seen_on": None, "decided_on": None})[name] for name in names))
        self.writes.append(request.key)
        if self.answers_get_lost:
            raise DirectoryUnreachable
        return str(known)

    async def put_bounce(self, bounce: Bounce) -> None:
        self._answer()
        names = ENTITIES["email"].incoming
        for row in list(self.tables["email"].values()):
            named = dict(zip(names, row, strict=True))
            if named["address"].strip().lower() == bounce.mailbox:
                told = named | {name: getattr(bounce, name) for name in BOUNCES}
                self.put("email", tuple(told[name] for name in names))

    async def put_receipt(self, receipt: IssuedReceipt) -> str | Rejected:
        self._answer()
        if reason := self.refuses({"number": receipt.number}):
            return Rejected(reason)
        gifts = [row for row in self.tables["gift"].values() if row[0] in receipt.gifts]
        if len(gifts) < len(receipt.gifts) or receipt.member not in self.tables["member"]:
            return Rejected("Our records cannot take this receipt: its member or gifts are not there.")
        names = ENTITIES["receipt"].incoming
        rows = (dict(zip(names, row, strict=True)) for row in self.tables["receipt"].values())
        known = next((row for row in rows if row["number"] == receipt.number), None)
        told = vars(receipt) | {"lines": json.dumps([self._line(row) for row in gifts])}
        if known is None:
            told["central_id"] = f"receipt-{len(self.tables['receipt']) + 1}"
        elif any(known[name] != told[name] for name in ("member", "fiscal_year", "issued_on", "amount")):
            return Rejected("Another receipt has this number already.")
        else:
            life = ("state", "cancelled_on", "cancel_reason", "replaced_by")
            kept = life if known["state"] == "cancelled" else ()
            told = known | {name: told[name] for name in life} | {name: known[name] for name in kept if known[name]}
        row = tuple(told[name] for name in names)
        if self.tables["receipt"].get(row[0]) != row:
            self.put("receipt", row)
        self.writes.append(f"{receipt.number} {receipt.state}")
        if self.answers_get_lost:
            raise DirectoryUnreachable
        return str(row[0])

    @staticmethod
    def _line(row: Row) -> dict[str, str]:
        gift = dict(zip(ENTITIES["gift"].incoming, row, strict=True))
        names = {"gift": "central_id", "on": "given_on", "amount": "amount", "means": "means", "form": "form"}
        return {name: str(gift[column]) for name, column in (names | {"nature": "nature"}).items()}

    def _answer(self) -> None:
        if not self.reachable:
            raise DirectoryUnreachable

    def _rows_of_group(self, member: str, group: str) -> list[Value]:
        entity = ENTITIES[GROUPS[group].entity]
        rows = [dict(zip(entity.incoming, row, strict=True)) for row in self.tables[entity.name].values()]
        owner = "central_id" if entity.owner == "id" else "member"
        return [row for row in rows if row[owner] == member and row | dict(GROUPS[group].only) == row]

    def _replace(self, member: str, group: str, value: Value | None) -> None:
        rows = self._rows_of_group(member, group)
        if GROUPS[group].items:
            self._replace_items(member, group, rows, (value or {})["items"])
        elif value is None:
            self.drop(GROUPS[group].entity, rows[0]["central_id"])
        else:
            known = self._beside(member, group, value)
            if known is not None and rows:
                self._put_named(group, rows[0] | {"is_main": False})
            self._put_named(
                group, (known or (rows or [self._fresh(member, group)])[0]) | value | dict(GROUPS[group].only)
            )

    def _beside(self, member: str, group: str, value: Value) -> Value | None:
        """Another address of the member that becomes the main one."""
        others = self._rows_of_group(member, "other_emails") if group == "email" else []
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
            self._put_named(group, self._fresh(member, group) | held)

    def _fresh(self, member: str, group: str) -> Value:
        blank = {
            "returned_on": None,
            "returned_reason": "",
            "origin": "",
            "recorded_on": clock.today(),
            "purpose": "home",
        }
        blank |= dict.fromkeys(
            ("season_from", "season_to", "confirmed_on", "bounced_on", "soft_bounced_on", "complained_on")
        )
        if group == "other_emails":
            blank["confirmed_on"] = clock.today()  # the portal adds an address once its mailbox was proved
        return blank | dict(GROUPS[group].only) | {"central_id": f"{group}-{len(self.history) + 1}", "member": member}

    def _put_named(self, group: str, row: Value) -> None:
        entity = ENTITIES[GROUPS[group].entity]
        self.put(entity.name, tuple(row[name] for name in entity.incoming))


BOUNCES = ("bounced_on", "soft_bounced_on", "complained_on")
CODES = ("objections", "consents")
"""Lists that stand in one row."""


def _normal(value: object) -> object:
    """As the port wants it: a date is text."""
    return value.isoformat() if isinstance(value, date) else value
