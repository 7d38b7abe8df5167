"""A real export of a few thousand records, as the reference base delivers it, and put into the other bases."""

from collections import defaultdict
from typing import Any

from backoffice_sync.connectors.memory import MemoryDirectory
from backoffice_sync.connectors.sql.connector import SqlDirectory
from backoffice_sync.connectors.tryton import writing
from backoffice_sync.connectors.tryton.client import Client, Record
from backoffice_sync.directory import Directory, Row, Value
from backoffice_sync.mapping import ENTITIES, GROUPS, held_by
from tests.backoffice_sync.sql.staff import EXAMPLE, SqlStaff
from tests.backoffice_sync.tryton.hands import TrytonHands

Rows = dict[str, list[Row]]
Values = dict[str, dict[str, Value | None]]
"""By member and group."""
AT_ONCE = 100


async def everything(directory: Directory) -> Rows:
    return {name: [row async for rows in directory.scan(name) for row in rows] for name in ENTITIES}


def values(found: Rows) -> Values:
    """What each group of each member holds, from the rows alone."""
    mine: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for entity in ENTITIES.values():
        for row in found[entity.name]:
            if entity.member_at is not None:
                mine[entity.name, row[entity.member_at]].append(row)
    members = [row[0] for row in found["member"]]
    return {member: {name: held_by(group, mine[group.entity, member]) for name, group in GROUPS.items()}
            for member in members}  # fmt: skip


def into_memory(found: Rows) -> MemoryDirectory:
    directory = MemoryDirectory()
    for name, rows in found.items():
        for row in rows:
            directory.put(name, row)
    return directory


def into_sql(staff: SqlStaff, found: Rows) -> SqlDirectory:
    """In the tables of the example; a member's own row says by itself what the export says of choices and receipts."""
    directory = staff.connect(EXAMPLE.replace('constant = "EUR"', 'constant = "USD"'))
    for name, source in directory._plan.sources.items():
        for row in () if source.is_beside else found[name]:
            named = dict(zip(ENTITIES[name].incoming, row, strict=True))
            cells = {column: words[0] for column, words in source.where.items()}
            if name in {"campaign", "member"}:  # which others refer to
                cells[source.key] = named["central_id"]
            cells |= {column: named[reference] for reference, column in source.references.items()}
            for field in source.fields.keys() - {"closed"}:
                cells |= source.fields[field].write(named[field])
            staff.put(source.table, {column: _yes_or_no(cell) for column, cell in cells.items()})
    return directory


def _yes_or_no(cell: object) -> object:
    """As columns of numbers and columns of yes and no both take it."""
    return str(int(cell)) if isinstance(cell, bool) else cell


async def into_tryton(hands: TrytonHands, wanted: Values) -> Values:
    """Every person, in bulk; gives what Tryton has a place for, by its own numbers.

    It knows no civility and no season; a company is one by its number only, which the export does not have; and the
    telephone numbers of the export are invented, so that it takes none of them.
    """
    persons = [held for held in wanted.values() if not (held["identity"] or {})["company_name"]]
    places = await _places(hands.client, persons)
    there: Values = {}
    for at in range(0, len(persons), AT_ONCE):
        some = [_fitting(held) for held in persons[at : at + AT_ONCE]]
        parties = [_party(held, places) for held in some]
        numbers = await hands.client.call("party.party.create", parties)
        there |= dict(zip(map(str, numbers), some, strict=True))
    return there


def _fitting(held: dict[str, Value | None]) -> dict[str, Value | None]:
    fits: dict[str, Any] = {name: held[name] for name in ("address", "email", "other_emails", "language", "memo")}
    others = [one for one in (held["other_addresses"] or {})["items"] if not one["season_from"]]
    identity = (held["identity"] or {}) | {"civility": ""}
    return fits | {"other_addresses": {"items": others}, "identity": identity, "phones": {"items": []}}


def _party(held: dict[str, Any], places: dict[tuple[str, str], Record]) -> Record:
    name = ", ".join(filter(None, (held["identity"]["last_name"], held["identity"]["first_name"])))
    homes = [*filter(None, [held["address"]]), *held["other_addresses"]["items"]]
    mails = [*filter(None, [held["email"]]), *held["other_emails"]["items"]]
    addresses = [writing._address_fields(one, list(one)) | places[one["country"], one["region"]] for one in homes]
    return {
        "name": name,
        "lang": places["language", held["language"]["language"]]["id"],
        "addresses": [["create", addresses]],
        "contact_mechanisms": [["create", [{"type": "email", "value": one["address"]} for one in mails]]],
    }


async def _places(client: Client, persons: list[dict[str, Value | None]]) -> dict[tuple[str, str], Record]:
    """Tryton's numbers of the languages, countries and regions, made where it does not know them."""
    homes = [home for held in persons for home in [held["address"], *(held["other_addresses"] or {})["items"]] if home]
    found: dict[tuple[str, str], Record] = {}
    for code in {str((held["language"] or {})["language"]) for held in persons}:
        found["language", code] = {"id": (await client.call("ir.lang.search", [["code", "=", code]], 0, 1, None))[0]}
    known = await client.call("country.country.search_read", [], 0, None, None, ["code"])
    countries = {one["code"]: one["id"] for one in known}
    fresh = sorted({home["country"] for home in homes} - countries.keys())
    numbers = await client.call("country.country.create", [{"code": code, "name": code} for code in fresh])
    countries |= dict(zip(fresh, numbers, strict=True))
    allowed = await client.call(
        "party.address.subdivision_type.search_read", [], 0, None, None, ["country_code", "types"]
    )
    types = {one["country_code"]: one["types"][0] for one in allowed}
    for code, region in sorted({(home["country"], home["region"]) for home in homes}):
        place = {"country": countries[code], "subdivision": None}
        if region:
            fresh_one = {"country": countries[code], "name": region, "code": f"{code}-{len(found)}"}
            kind = {"type": types.get(code, "state")}
            [place["subdivision"]] = await client.call("country.subdivision.create", [fresh_one | kind])
        found[code, region] = place
    return found
