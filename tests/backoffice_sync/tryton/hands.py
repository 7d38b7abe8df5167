"""What staff do in Tryton, by the calls that its own client makes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import psycopg
from schwifty import IBAN

from backoffice_sync.connectors.tryton.client import Client
from backoffice_sync.connectors.tryton.connector import TrytonDirectory
from backoffice_sync.connectors.tryton.news import OVERLAP

MODELS = {
    "member": "party.party",
    "address": "party.address",
    "email": "party.contact_mechanism",
    "phone": "party.contact_mechanism",
    "mandate": "account.payment.sepa.mandate",
    "memo": "ir.note",
}
NEW: dict[str, dict[str, Any]] = {
    "address": {"street_name": "rue des Lilas", "building_number": "5", "postal_code": "69003", "city": "Lyon"},
    "email": {"type": "email", "value": "anne@example.org"},
    "phone": {"type": "mobile", "value": "+33612345678"},
    "memo": {"message": "[extranet]\nGood morning"},
}
EDITS: dict[str, dict[str, Any]] = {
    "member": {"name": "Durand-Petit, Anne"},
    "address": {"city": "Nice"},
    "email": {"value": "petit@example.org"},
    "phone": {"value": "+33687654321"},
    "mandate": {"sequence_type_rcur": True},
    "memo": {"message": "[extranet]\nGood night"},
}
accounts = count(1)


class TrytonHands:
    entities = frozenset(MODELS)
    moves = "mandate"
    rejects = frozenset({"no code of a country", "no country"})

    def __init__(self, url: str, dsn: str) -> None:
        self.url, self.dsn, self.client = url, dsn, Client(url)
        self._open: list[TrytonDirectory] = []

    def connect(self, **more: Any) -> TrytonDirectory:
        return self._to(self.url, **more)

    def _to(self, url: str, **more: Any) -> TrytonDirectory:
        self._open.append(TrytonDirectory(url, **more))
        return self._open[-1]

    def hasty(self) -> tuple[TrytonDirectory, float]:
        """One that looks back only so many seconds."""
        return self.connect(overlap=OVERLAP / 120), 1.0

    async def lose(self) -> None:
        """Tryton's fields are its code: see test_tryton.py."""

    def stranger(self) -> TrytonDirectory:
        return self._to(self.url.replace("admin:", "nobody:"))

    def at(self, port: int) -> TrytonDirectory:
        return self._to(f"tryton+http://someone:secret@127.0.0.1:{port}/base")

    async def close(self) -> None:
        for directory in self._open:
            await directory.close()
        await self.client.close()

    async def make(self, entity: str, member: str | None = None, **fields: Any) -> str:
        """A record, and its number."""
        if entity == "mandate":
            return await self._mandate(member or "")
        owner = {"memo": {"resource": f"party.party,{member}"}, "member": {"name": "Durand, Anne"}}
        values = owner.get(entity, {"party": member and int(member)}) | NEW.get(entity, {}) | fields
        if entity == "address":
            values["country"] = await self.find("country.country", code="FR")
        return str(await self.create(MODELS[entity], **values))

    async def edit(self, entity: str, key: str, **fields: Any) -> None:
        if entity == "memo":
            [note] = await self.client.call("ir.note.read", [int(key)], ["resource"])
            await self.create("ir.note", resource=note["resource"], **EDITS["memo"])
            return
        await self.client.call(f"{MODELS[entity]}.write", [int(key)], fields or EDITS[entity])

    async def touch(self, entity: str, key: str) -> None:
        [[name, value]] = EDITS[entity].items()
        [there] = await self.client.call(f"{MODELS[entity]}.read", [int(key)], [name])
        assert there[name] != value
        await self.edit(entity, key, **{name: there[name]})

    async def drop(self, entity: str, key: str) -> None:
        if entity == "mandate":  # one that is valid, or was used, can only be cancelled
            debits = await self.client.call("account.payment.search", [["sepa_mandate", "=", int(key)]], 0, None, None)
            await self.client.call("account.payment.delete", debits)
            await self.client.call(f"{MODELS[entity]}.cancel", [int(key)])
        await self.client.call(f"{MODELS[entity]}.delete", [int(key)])

    async def merge(self, twin: str, into: str) -> None:
        """With the wizard that Tryton has for it."""
        wizard = "wizard.party.replace"
        [session, start, _] = await self.client.ask(f"{wizard}.create")
        form = {start: {"source": int(twin), "destination": int(into)}}
        await self.client.ask(f"{wizard}.execute", session, form, "replace")

    async def attach(self, document: str, content: bytes) -> None:
        """It has no documents."""

    async def remark(self, member: str, words: str) -> None:
        await self.create("ir.note", resource=f"party.party,{member}", message=words)

    @asynccontextmanager
    async def slowly(self, member: str) -> AsyncIterator[None]:
        """A transaction that saves the member at once and ends with the block."""
        async with await psycopg.AsyncConnection.connect(self.dsn) as connection:
            saved = "UPDATE party_party SET name = 'Slow, Anne', write_date = CURRENT_TIMESTAMP WHERE id = %s"
            await connection.execute(saved, [member])
            yield

    async def create(self, model: str, **values: Any) -> int:
        [number] = await self.client.call(f"{model}.create", [values])
        return int(number)

    async def find(self, model: str, **wanted: Any) -> int:
        found = await self.client.call(
            f"{model}.search", [[name, "=", is_] for name, is_ in wanted.items()], 0, 1, None
        )
        return int(found[0])

    async def _mandate(self, member: str) -> str:
        """Signed and valid, with two monthly debits."""
        company = await self.find("company.company")
        iban = IBAN.generate("FR", bank_code="30004", account_code=f"{next(accounts):011}").compact
        numbers = [["create", [{"type": "iban", "number": iban}]]]
        account = await self.create("bank.account", owners=[["add", [int(member)]]], numbers=numbers)
        own = {"party": int(member), "company": company}
        mandate = await self.create(
            "account.payment.sepa.mandate",
            **own,
            account_number=await self.find("bank.account.number", account=account),
            address=await self.find("party.address", party=int(member)),
            identification=f"RUM{account}",
            signature_date=date(2026, 1, 2),
        )
        for step in ("request", "validate_mandate"):
            await self.client.call(f"account.payment.sepa.mandate.{step}", [mandate])
        journal = await self.find("account.payment.journal")
        for day in (date(2026, 2, 5), date(2026, 3, 5)):
            debit = {"journal": journal, "kind": "receivable", "date": day, "amount": Decimal("15.00")}
            await self.create("account.payment", **own, **debit, sepa_mandate=mandate)
        return str(mandate)
