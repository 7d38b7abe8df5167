"""Writing into Tryton, under its optimistic lock."""

import logging
from collections.abc import Iterable
from typing import Any

from backoffice_sync.connectors.tryton import marks, parties, writing
from backoffice_sync.connectors.tryton.client import Client, Fault, Outpaced, Record, Refused
from backoffice_sync.connectors.tryton.parties import Parties
from backoffice_sync.connectors.tryton.sources import SOURCES
from backoffice_sync.directory import Applied, Bounce, Conflict, DirectoryUnreachable, Outcome, Rejected, Value
from backoffice_sync.mapping import GROUPS
from portal.i18n import N_

log = logging.getLogger("backoffice_sync.connectors.tryton")

NO_PLACE = N_("Our records have no place for this. Please call us.")


class Unwritable(Exception):
    """Tryton failed at this value, and will again: it must not keep others' changes from arriving."""


class Writer:
    def __init__(self, client: Client, read: Parties) -> None:
        self._client = client
        self._read = read

    async def write(self, member: str, group: str, value: Value | None, expected: Value | None) -> Outcome:
        """In one transaction, that ends without effect when party or records are no longer those that we compared.

        A memo takes three: it is the newest note that counts, and a crash leaves at worst an old one behind it.
        """
        party = await self._read.party(member)
        records = await self._read.records(group, party)
        if parties.value(group, records) != expected:
            return Conflict()
        try:
            if group == "memo":
                await self._write_memo(party, records, value)
            else:
                commands = await self._commands(group, records, expected, value)
                stamps = _stamps("party.party", [party]) | _stamps(SOURCES[GROUPS[group].entity].model, records)
                await self._client.call("party.party.write", [party["id"]], commands, _timestamp=stamps)
        except Outpaced:
            return Conflict()
        except Refused as error:
            words = N_("Our records cannot take this as it is written. Please change it, or call us.")
            return Rejected(words, str(error))
        except Fault as error:
            raise Unwritable from error
        return Applied()

    async def note_bounce(self, bounce: Bounce) -> None:
        """In the comment of every contact with this address."""
        told = {name: day for name, day in vars(bounce).items() if name != "mailbox"}
        domain = [["type", "=", "email"], ["value", "ilike", bounce.mailbox.replace("_", r"\_").replace("%", r"\%")]]
        pages = self._client.every("party.contact_mechanism", domain, ["value", "comment", "_timestamp"])
        async for one in (one async for page in pages for one in page):
            dates, text = marks.read(one["comment"], one["value"])
            known = {name: day for name, day in ((dates or {}) | told).items() if day}
            if known == (dates or {}):
                continue
            comment = marks.write(known, text, one["value"])
            stamps = _stamps("party.contact_mechanism", [one])
            try:
                await self._client.call(
                    "party.contact_mechanism.write", [one["id"]], {"comment": comment}, _timestamp=stamps
                )
            except Outpaced as error:
                raise DirectoryUnreachable from error
            except (Refused, Fault):  # it must not keep the others from being told
                log.error("contact %s takes no note of mails that come back", one["id"])  # noqa: TRY400 - quotes values

    async def _commands(self, group: str, records: list[Record], old: Value | None, new: Value | None) -> Record:
        if group == "language":
            return {"lang": await self._one("ir.lang", [["code", "=", (new or {})["language"]]])}
        if group == "address":
            return writing.address(records, old, new, await self._places(new) if new else {})
        return writing.LISTS[group](records, old, new)

    async def _write_memo(self, party: Record, notes: list[Record], new: Value | None) -> None:
        """Tryton changes no note: a new one comes, and the old ones go.

        Of two who write at once whoever comes last finds the other's note beside its own, and takes its own back.
        """
        old, fresh = {one["id"] for one in notes}, []
        if new is not None:
            message = marks.write({name: new[name] for name in ("starts_on", "ends_on")}, new["body"])
            values = {"resource": f"party.party,{party['id']}", "message": message}
            fresh = await self._client.call("ir.note.create", [values])
        if {one["id"] for one in await self._read.records("memo", party)} != old | set(fresh):
            await self._client.call("ir.note.delete", fresh)
            raise Outpaced
        await self._client.call("ir.note.delete", sorted(old))

    async def _places(self, address: Value) -> Record:
        country = await self._one("country.country", [["code", "=", address["country"]]])
        code = f"{address['country']}-{address['region']}"
        region = [["country", "=", country], ["OR", ["name", "=", address["region"]], ["code", "=", code]]]
        return {
            "country": country,
            "subdivision": await self._one("country.subdivision", region) if address["region"] else None,
        }

    async def _one(self, model: str, domain: list[Any]) -> int:
        """The number of what Tryton must know before we can name it.

        Raises:
            Refused: it does not.
        """
        found = await self._client.call(f"{model}.search", domain, 0, 1, [["id", "ASC"]])
        if not found:
            raise Refused(model)
        number: int = found[0]
        return number


def _stamps(model: str, records: Iterable[Record]) -> dict[str, str]:
    """What Tryton compares before it writes."""
    return {f"{model},{one['id']}": one["_timestamp"] for one in records}
