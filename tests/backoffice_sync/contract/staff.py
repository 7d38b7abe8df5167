"""What staff do to a central base behind the sync's back, alike for each connector."""

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from itertools import count
from typing import Any, Protocol

import psycopg
from sqlalchemy.engine import make_url

from backoffice_sync.connectors.memory import MemoryDirectory
from backoffice_sync.connectors.postgresql.connector import PostgresDirectory
from backoffice_sync.directory import Directory
from backoffice_sync.mapping import ENTITIES
from tests.backoffice_sync.bases import Reference, Twin

ON = date(2026, 3, 5)
GIFT = {"given_on": ON, "amount": "50.00", "means": "cheque", "state": "received"}
RECEIPT = {"fiscal_year": 2026, "kind": "gift", "article": "200", "issued_on": ON, "amount": "50.00",
           "donor_name": "Anne", "donor_address": "Lyon"}  # fmt: skip
NEW: dict[str, dict[str, Any]] = {
    "campaign": {"name": "Spring"},
    "member": {"kind": "person", "first_name": "Anne", "last_name": "Durand"},
    "address": {"house_number": "5", "street": "rue des Lilas", "postcode": "69003", "town": "Lyon"},
    "email": {"address": "anne@example.org", "is_main": True, "recorded_on": ON},
    "phone": {"number": "+33612345678", "kind": "mobile"},
    "gift": GIFT,
    "memo": {"body": "Good morning"},
    "request": {"kind": "other", "wish": "Please call me", "state": "received", "asked_on": ON},
    "document": {"title": "Welcome", "direction": "sent", "dated_on": ON},
    "link": {"kind": "event", "title": "Meeting in Quimper", "starts_on": ON},
}
EDITS: dict[str, dict[str, Any]] = {
    "campaign": {"name": "Summer"},
    "member": {"last_name": "Durand-Petit"},
    "address": {"town": "Nice"},
    "email": {"address": "petit@example.org"},
    "phone": {"number": "+33687654321"},
    "mandate": {"rhythm": "yearly"},
    "gift": {"amount": "60.00"},
    "receipt": {"donor_name": "Anne Petit"},
    "memo": {"body": "Good night"},
    "request": {"state": "accepted", "answer": "We have called you", "seen_on": ON, "decided_on": ON},
    "document": {"title": "Welcome to you"},
    "link": {"state": "done"},
}
MANDATE = {"creditor_identifier": "FR72ZZZ123456", "amount": "15.00", "currency": "EUR", "rhythm": "monthly",
           "signed_on": ON, "state": "active"}  # fmt: skip
BLANK = dict.fromkeys(
    ("confirmed_on", "bounced_on", "soft_bounced_on", "complained_on", "starts_on", "ends_on", "next_debit_on",
     "ended_on", "seen_on", "decided_on", "size", "amount")
)  # fmt: skip
STRANGER = f"stranger_{os.getpid()}"
"""A role is the whole server's: each worker of the tests has its own."""
BESIDE = {"receipt_wish", "contact_choice"}
"""Rows that come with their member."""


class Staff(Protocol):
    """At work in one central base: its entities, one that a merge moves to the other member, values it never takes."""

    entities: frozenset[str]
    moves: str
    rejects: frozenset[str]

    def connect(self) -> Directory: ...
    def hasty(self) -> tuple[Directory, float]: ...
    async def make(self, entity: str, member: str | None = None) -> str: ...
    async def edit(self, entity: str, key: str) -> None: ...
    async def touch(self, entity: str, key: str) -> None: ...
    async def drop(self, entity: str, key: str) -> None: ...
    async def merge(self, twin: str, into: str) -> None: ...
    async def attach(self, document: str, content: bytes) -> None:
        """Put a file into a document, where the base has documents."""

    async def remark(self, member: str, words: str) -> None:
        """Write something down that the portal mirrors nothing of."""

    def slowly(self, member: str) -> AbstractAsyncContextManager[None]: ...
    async def lose(self) -> str | None:
        """Take away a field that is used; gives its name, None where that cannot be."""

    def stranger(self) -> Directory | None:
        """Somebody whom the base does not let in; None where it has no door."""

    def at(self, port: int) -> Directory | None:
        """The connector to whoever answers at a port of this machine; None where it has no line."""

    async def close(self) -> None: ...


class _Base(ABC):
    """What the twin and the reference schema have in common."""

    entities = frozenset(ENTITIES)
    moves = "gift"
    rejects: frozenset[str] = frozenset()

    def __init__(self, base: Twin | Reference) -> None:
        self.base = base
        self._keys = count(100)

    def hasty(self) -> tuple[Directory, float]:
        """One that looks back no longer than so many seconds, where the connector does so at all."""
        return self.connect(), 0.0

    @abstractmethod
    def connect(self) -> Directory: ...

    async def make(self, entity: str, member: str | None = None) -> str:
        if entity in BESIDE:
            return member or ""
        key = next(self._keys)
        numbered = {"campaign": {"code": f"C{key}"}, "member": {"number": f"N{key}"}, "memo": {"kind": "extranet"},
                    "mandate": {"reference": f"RUM{key}"}, "receipt": {"number": f"R{key}"},
                    "request": {"key": f"key {key}"}}  # fmt: skip
        values = {"mandate": MANDATE, "receipt": RECEIPT}.get(entity) or NEW[entity]
        self.add(entity, key, values | numbered.get(entity, {}) | ({"member": int(member)} if member else {}))
        return str(key)

    @abstractmethod
    def add(self, entity: str, key: int, values: dict[str, Any]) -> None: ...

    async def edit(self, entity: str, key: str) -> None:
        self.base.edit(entity, key, **EDITS[entity])

    async def merge(self, twin: str, into: str) -> None:
        self.base.merge(int(twin), int(into))


class MemoryStaff(_Base):
    base: Twin

    def connect(self) -> MemoryDirectory:
        return self.base.directory

    def add(self, entity: str, key: int, values: dict[str, Any]) -> None:
        iban = {"masked_iban": "FR•• •••• 0189", "bank_name": ""} if entity == "mandate" else {}
        self.base.add(entity, key, **BLANK | {"is_main": True} | iban | values)

    async def touch(self, entity: str, key: str) -> None:
        self.base.edit(entity, key)

    async def drop(self, entity: str, key: str) -> None:
        self.base.directory.drop(entity, key)

    @asynccontextmanager
    async def slowly(self, member: str) -> AsyncIterator[None]:
        """It knows no transactions: what nobody else sees yet was not done yet."""
        yield
        self.base.edit("member", member, first_name="Slow")

    async def attach(self, document: str, content: bytes) -> None:
        told = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        self.base.directory.files[document] = content
        self.base.edit("document", document, **told)

    async def remark(self, member: str, words: str) -> None:
        self.base.directory.beyond.setdefault(member, []).append(("score", {"words": words}))

    async def lose(self) -> None:
        return None

    def stranger(self) -> None:
        return None

    def at(self, port: int) -> None:
        return None

    async def close(self) -> None:
        pass


class PostgresStaff(_Base):
    base: Reference
    rejects = frozenset({"over-long", "no code of a country"})

    def __init__(self, base: Reference, url: str) -> None:
        super().__init__(base)
        self.url = url
        self._open: list[PostgresDirectory] = []

    def connect(self) -> PostgresDirectory:
        return self._to(self.url)

    def _to(self, url: str) -> PostgresDirectory:
        self._open.append(PostgresDirectory(url))
        return self._open[-1]

    def add(self, entity: str, key: int, values: dict[str, Any]) -> None:
        iban = {"iban": "FR7630004000031234567890143"} if entity == "mandate" else {}
        self.base.add(entity, key, **values | iban)

    async def touch(self, entity: str, key: str) -> None:
        [name, *_] = EDITS[entity]
        self.base._do(f"UPDATE {entity} SET {name} = {name} WHERE id = %s", key)

    async def drop(self, entity: str, key: str) -> None:
        self.base._do(f"DELETE FROM {'member' if entity in BESIDE else entity} WHERE id = %s", key)

    @asynccontextmanager
    async def slowly(self, member: str) -> AsyncIterator[None]:
        """A transaction that saves the member at once and ends with the block."""
        async with await psycopg.AsyncConnection.connect(self.url) as connection:
            await connection.execute("UPDATE member SET first_name = 'Slow' WHERE id = %s", [member])
            yield

    async def attach(self, document: str, content: bytes) -> None:
        self.base._do("UPDATE document SET content = %s WHERE id = %s", content, document)

    async def remark(self, member: str, words: str) -> None:
        self.base._do("CREATE TABLE IF NOT EXISTS score (member_id bigint REFERENCES member, words text)")
        self.base._do("INSERT INTO score VALUES (%s, %s)", member, words)

    async def lose(self) -> str:
        self.base._do("ALTER TABLE address RENAME COLUMN town TO city")
        return "town"

    def stranger(self) -> PostgresDirectory:
        self.base._do(f"DROP ROLE IF EXISTS {STRANGER}")
        self.base._do(f"CREATE ROLE {STRANGER} LOGIN PASSWORD '{STRANGER}'")
        url = make_url(self.url).set(username=STRANGER, password=STRANGER)
        return self._to(url.render_as_string(hide_password=False))

    def at(self, port: int) -> PostgresDirectory:
        return self._to(f"postgresql://someone:secret@127.0.0.1:{port}/base")

    async def close(self) -> None:
        for directory in self._open:
            await directory.close()
        self.base._do(f"DROP ROLE IF EXISTS {STRANGER}")
