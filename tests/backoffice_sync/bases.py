"""Two central bases with the same people and gifts: the twin in memory, and the reference schema in PostgreSQL."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

import psycopg

from backoffice_sync.connectors.memory import MemoryDirectory
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.directory import DirectoryUnreachable, IssuedReceipt, Rejected
from backoffice_sync.mapping import ENTITIES

Fields = dict[str, Any]
ANNE, TWIN, LUC = 1, 2, 3
CONTENT = (
    "number, fiscal_year, kind, article, issued_on, amount, donor_name, donor_address, lines, member_id, by_portal"
)


class Forgetful(PostgresDirectory):
    """Does what it is asked; when it is told so, the answer gets lost on its way."""

    answers_get_lost = False

    async def put_receipt(self, receipt: IssuedReceipt) -> str | Rejected:
        answer = await super().put_receipt(receipt)
        if self.answers_get_lost:
            raise DirectoryUnreachable
        return answer


class Base(Protocol):
    """What the tests do to a central base behind the sync's back."""

    directory: Any

    def add(self, kind: str, key: int | str, /, **fields: Any) -> None: ...
    def edit(self, kind: str, key: int | str, /, **fields: Any) -> None: ...
    def merge(self, twin: int, into: int) -> None: ...
    def choose(self, member: int, objections: Sequence[str], **more: Any) -> None: ...
    def receipt(self, number: str) -> Fields: ...
    def everything(self) -> object: ...


class Twin:
    def __init__(self) -> None:
        self.directory = MemoryDirectory()

    def add(self, kind: str, key: int | str, /, **fields: Any) -> None:
        values = {name: str(value) if name == "member" else value for name, value in fields.items()}
        blank = dict.fromkeys(ENTITIES[kind].incoming, "") | BLANK.get(kind, {})
        self._put(kind, blank | values | {"central_id": str(key)})
        if kind == "member":
            wish = {"member": str(key), "receipt_rhythm": "annual", "receipt_by": "post"}
            self._put("receipt_wish", {"central_id": str(key)} | wish)
            choice = {"member": str(key), "objections": [], "consents": [], "post_rhythm": "all"}
            self._put("contact_choice", {"central_id": str(key), "paused_until": None, "checked_on": None} | choice)

    def edit(self, kind: str, key: int | str, /, **fields: Any) -> None:
        self._put(kind, self._row(kind, str(key)) | fields)

    def choose(self, member: int, objections: Sequence[str], **more: Any) -> None:
        self.edit("contact_choice", str(member), objections=list(objections), **more)

    def merge(self, twin: int, into: int) -> None:
        self.edit("member", twin, closed=True)
        self.directory.beyond.setdefault(str(into), []).extend(self.directory.beyond.pop(str(twin), []))
        for kind in ("gift", "receipt"):
            for number, row in list(self.directory.tables[kind].items()):
                if row[1] == str(twin):
                    self._put(kind, self._row(kind, number) | {"member": str(into)})

    def receipt(self, number: str) -> Fields:
        for key in self.directory.tables["receipt"]:
            row = self._row("receipt", key)
            if row["number"] == number:
                return row | {"gifts": [line["gift"] for line in json.loads(row["lines"])]}
        raise KeyError(number)

    def everything(self) -> object:
        return {kind: dict(rows) for kind, rows in self.directory.tables.items()}

    def _row(self, kind: str, number: str) -> Fields:
        return dict(zip(ENTITIES[kind].incoming, self.directory.tables[kind][number], strict=True))

    def _put(self, kind: str, row: Fields) -> None:
        self.directory.put(kind, tuple(row[name] for name in ENTITIES[kind].incoming))


BLANK: dict[str, Fields] = {
    "member": {"deceased_on": None, "stop_promo": False, "closed": False, "siren": None, "language": "fr"},
    "address": {"returned_on": None, "is_main": True, "country": "FR", "purpose": "home",
                "season_from": None, "season_to": None},
    "gift": {"campaign": None, "mandate": None, "deductible": True, "form": "manual", "nature": "cash",
             "currency": "EUR"},
    "document": {"size": None, "for_member": False, "kind": ""},
    "link": {"starts_on": None, "ends_on": None, "amount": None, "currency": "EUR"},
    "receipt": {"lines": "[]", "cancelled_on": None, "currency": "EUR", "state": "issued"},
}  # fmt: skip


RHYTHM = {"post_rhythm": "appeals_rhythm", "checked_on": "details_checked_on"}


class Reference:
    def __init__(self, connection: psycopg.Connection[Any], url: str) -> None:
        self.connection, self.directory = connection, Forgetful(url)

    def add(self, kind: str, key: int | str, /, **fields: Any) -> None:
        own = {("member_id" if name == "member" else name): value for name, value in fields.items()} | {"id": key}
        names, marks = ", ".join(own), ", ".join(["%s"] * len(own))
        self._do(f"INSERT INTO {kind} ({names}) VALUES ({marks})", *own.values())
        self._ask(f"SELECT setval(pg_get_serial_sequence('{kind}', 'id'), (SELECT max(id) FROM {kind}))")

    def edit(self, kind: str, key: int | str, /, **fields: Any) -> None:
        if "replaced_by" in fields:
            fields["replaced_by"] = self._ask("SELECT id FROM receipt WHERE number = %s", fields["replaced_by"])[0][0]
        setting = ", ".join(f"{name} = %s" for name in fields)
        self._do(f"UPDATE {kind} SET {setting} WHERE id = %s", *fields.values(), key)

    def choose(self, member: int, objections: Sequence[str], **more: Any) -> None:
        self._do("DELETE FROM objection WHERE member_id = %s", member)
        for code in objections:
            what = "INSERT INTO objection (member_id, purpose, channel) VALUES (%s, %s, %s)"
            self._do(what, member, *code.split("/"))
        if more:
            self.edit("member", member, **{RHYTHM.get(name, name): value for name, value in more.items()})

    def merge(self, twin: int, into: int) -> None:
        self._do("UPDATE member SET merged_into = %s WHERE id = %s", into, twin)
        for kind in ("gift", "receipt"):
            self._do(f"UPDATE {kind} SET member_id = %s WHERE member_id = %s", into, twin)

    def receipt(self, number: str) -> Fields:
        names = [name for name in ENTITIES["receipt"].incoming if name not in {"member", "lines", "replaced_by"}]
        own = ", ".join("r.id" if name == "central_id" else f"r.{name}" for name in names)
        [(*values, member, following, gifts)] = self._ask(
            f"SELECT {own}, r.member_id::text, coalesce(n.number, ''), "
            "ARRAY(SELECT gift_id::text FROM receipt_gift WHERE receipt_id = r.id ORDER BY receipt_gift.gift_id) "
            "FROM receipt r LEFT JOIN receipt n ON n.id = r.replaced_by WHERE r.number = %s",
            number,
        )
        return dict(zip(names, values, strict=True)) | {"member": member, "replaced_by": following, "gifts": gifts}

    def everything(self) -> object:
        tables = ("receipt", "receipt_gift", "change_log")
        return [self._ask(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]

    def _do(self, statement: str, *values: object) -> None:
        self.connection.execute(statement.encode(), values)
        self.connection.commit()

    def _ask(self, query: str, *values: object) -> Sequence[tuple[Any, ...]]:
        found = self.connection.execute(query.encode(), values).fetchall()
        self.connection.commit()
        return found


def fill(base: Base, year: int) -> None:
    """Anne with three gifts, two of them on one day; her second record without any; Luc with one."""
    for number, name in ((ANNE, "Anne"), (TWIN, "Anna"), (LUC, "Luc")):
        base.add("member", number, number=f"N{number}", kind="person", first_name=name, last_name="Durand")
        home = {"house_number": "5", "street": "rue des Lilas", "postcode": "69003", "town": "Lyon"}
        base.add("address", number, member=number, **home)
    for number, day in ((9, 5), (10, 5), (11, 7)):
        give(base, number, date(year, 3, day))
    give(base, 12, date(year, 4, 4), member=LUC)


def give(base: Base, number: int, on: date, member: int = ANNE) -> None:
    base.add("gift", number, member=member, given_on=on, amount="50.00", means="cheque", state="received")


def all_of(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """What stands on the portal's receipts."""
    return owner.execute(f"SELECT {CONTENT} FROM receipt ORDER BY number".encode()).fetchall()


def set_aside(owner: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return owner.execute("SELECT entity, problem FROM sync_set_aside").fetchall()


def key_of(base: Base, wanted: str) -> str:
    """The receipt's own key in its base."""
    return str(base.receipt(wanted)["central_id"])
