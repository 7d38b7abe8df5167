"""Reading parties and what hangs on them."""

from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import groupby
from typing import Any, TypeVar

from backoffice_sync.connectors.tryton import catalogue, shapes
from backoffice_sync.connectors.tryton.client import Client, Record
from backoffice_sync.connectors.tryton.sources import SOURCES, Source
from backoffice_sync.directory import MemberGone, Row, Value
from backoffice_sync.mapping import ENTITIES, GROUPS, in_normal_form

BATCH = 500
T = TypeVar("T")


class Parties:
    """The members: all parties, or those of some categories."""

    def __init__(self, client: Client, categories: list[str]) -> None:
        self._client = client
        self._categories = categories
        self._is_known = False

    async def check(self) -> None:
        """Once, and again after `doubt`: whether this Tryton has the fields that we need, and lets us read them.

        Raises:
            SchemaChanged: names those that it does not have.
            CredentialsRefused: it does not show them to this user.
        """
        if self._is_known:
            return
        await catalogue.read(self._client)
        for source in SOURCES.values():
            await self._client.call(f"{source.model}.search_count", [])
        self._is_known = True

    def doubt(self) -> None:
        """It failed at a question that it has answered before: it may be another version since."""
        self._is_known = False

    async def count(self, entity: str) -> int:
        source = SOURCES[entity]
        found: int = await self._client.call(f"{source.model}.search_count", [*source.domain, *self._within(source)])
        return found

    async def pages(self, entity: str, after: int) -> AsyncIterator[tuple[set[str], set[int]]]:
        """Numbers of records behind a number, in order, some hundreds at a time; and the parties whose they are."""
        source = SOURCES[entity]
        domain = [*source.domain, *self._within(source), ["id", ">", after]]
        async for page in self._client.every(source.model, domain, [source.owner]):
            for some in batches([one for one in page if one[source.owner]]):
                yield {str(one["id"]) for one in some}, {source.party(one) for one in some}

    async def owners(self, entity: str, ids: Sequence[str]) -> set[int]:
        source = SOURCES[entity]
        pages = self._client.every(source.model, [["id", "in", [int(one) for one in ids]]], [source.owner])
        return {source.party(one) async for page in pages for one in page if one[source.owner]}

    async def numbers(self, entity: str, parties: set[int]) -> set[str]:
        """Of every record that is one of this entity, or was before it was archived."""
        if entity == "member":
            return {str(one) for one in parties}
        source, found = SOURCES[entity], set()
        for some in batches(sorted(parties)):
            async for page in self._client.every(source.model, source.of(some), ["id"]):
                found |= {str(one["id"]) for one in page}
        return found

    async def rows(self, entity: str, parties: Iterable[int]) -> list[Row]:
        source, rows = SOURCES[entity], []
        for some in batches(sorted(parties)):
            domain = [*source.of(some), *self._within(source)]
            pages = self._client.every(source.model, domain, list(source.fields))
            found = sorted([one async for page in pages for one in page], key=source.party)
            rows += [row for _, records in groupby(found, source.party) for row in source.rows(records)]
        return rows

    async def party(self, member: str) -> Record:
        """The party's own record.

        Raises:
            MemberGone: there is none, or none any more.
        """
        await self.check()
        source = SOURCES["member"]
        domain = [["id", "=", int(member)], *self._within(source)]
        found = await self._client.call(f"{source.model}.search_read", domain, 0, 1, None, list(source.fields))
        if not found or shapes.is_closed(found[0]):
            raise MemberGone
        record: Record = found[0]
        return record

    async def known(self, member: str) -> list[int]:
        """The party's number, and those of the parties that were merged into it.

        Raises:
            MemberGone: there is no such party.
        """
        await self.check()
        source = SOURCES["member"]
        domain = ["OR", ["id", "=", int(member)], ["replaced_by", "=", int(member)]]
        found = await self._client.call(f"{source.model}.search", [domain, *self._within(source)], 0, None, None)
        if int(member) not in found:
            raise MemberGone
        return [int(one) for one in found]

    async def records(self, group: str, party: Record) -> list[Record]:
        """All that may say something about a group of a party."""
        entity = GROUPS[group].entity
        if entity == "member":
            return [party]
        source = SOURCES[entity]
        pages = self._client.every(source.model, source.of([party["id"]]), list(source.fields))
        return [one async for page in pages for one in page]

    def _within(self, source: Source) -> list[Any]:
        """The domain of what belongs to members."""
        if not self._categories:
            return []
        way = {"id": "categories.name", "party": "party.categories.name", "resource": "resource.categories.name"}
        target = ["party.party"] if source.owner == "resource" else []
        return [[way[source.owner], "in", self._categories, *target]]


def value(group: str, records: Iterable[Record]) -> Value | None:
    """What a group holds, from its records."""
    definition = GROUPS[group]
    entity = ENTITIES[definition.entity]
    rows = (dict(zip(entity.incoming, row, strict=True)) for row in SOURCES[entity.name].rows(records))
    names = definition.items or definition.fields
    mine = (row for row in rows if row | dict(definition.only) == row)
    return in_normal_form(definition, [tuple(_plain(row[name]) for name in names) for row in mine])


def _plain(held: Any) -> Any:
    return held.isoformat() if hasattr(held, "isoformat") else held


def batches(all_: Sequence[T]) -> list[Sequence[T]]:
    return [all_[at : at + BATCH] for at in range(0, len(all_), BATCH)]
