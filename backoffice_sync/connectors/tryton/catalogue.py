"""How this Tryton is made: the fields that we read and write, those of the records that they lead to as well."""

from typing import Any

from backoffice_sync.connectors.tryton.client import Client, Fault, Record
from backoffice_sync.connectors.tryton.sources import SOURCES, WATCHES
from backoffice_sync.directory import Catalogue, CredentialsRefused, SchemaChanged

NEEDED: dict[str, tuple[str, ...]] = {
    "party.party": ("lang", "addresses", "contact_mechanisms", "categories.name"),
    "party.address": ("subdivision.code", "subdivision.country"),
    "ir.model.log": ("event", "resource", "create_date"),
}
"""What is written, looked for or followed, beside what the sources read."""


async def read(client: Client) -> Catalogue:
    """Type, longest value, where a field leads to, whether it must be filled.

    Raises:
        SchemaChanged: names every field, or whole model, that is missing.
        CredentialsRefused: this user may not see one of them.
    """
    made: dict[str, Record] = {}
    used: dict[str, str] = {}
    missing: set[str] = set()

    async def follow(model: str, name: str) -> None:
        field, _, beyond = name.partition(".")
        if model not in made:
            made[model] = await _fields(client, model)
        if not made[model]:
            missing.add(model)
        elif field not in made[model]:
            if field in await client.call(f"{model}.fields_get", [field]):  # which tells of those kept from us too
                raise CredentialsRefused(f"{model}.{field}")
            missing.add(f"{model}.{field}")
        else:
            used[f"{model}.{field}"] = _words(made[model][field])
            if beyond:
                await follow(made[model][field]["relation"], beyond)

    for model, name in sorted(_needed()):
        await follow(model, name)
    if missing:
        raise SchemaChanged(", ".join(sorted(missing)))
    everything = {f"{model}.{name}": _words(field) for model, fields in made.items() for name, field in fields.items()}
    return Catalogue(used, {name: words for name, words in everything.items() if name not in used})


def _needed() -> set[tuple[str, str]]:
    read = {(source.model, name) for source in SOURCES.values() for name in source.fields if name != "_timestamp"}
    dates = ("create_date", "write_date")
    followed = {
        (watch.model, name) for watch in WATCHES for name in (watch.owner, *(watch.via + date for date in dates))
    }
    return read | followed | {(model, name) for model, names in NEEDED.items() for name in names}


async def _fields(client: Client, model: str) -> Record:
    """Nothing of a model that is not there."""
    try:
        found: Record = await client.call(f"{model}.fields_get", [])
    except Fault:
        return {}
    return found


def _words(field: dict[str, Any]) -> str:
    size = f"at most {field['size']}" if field.get("size") else ""
    return ", ".join(
        filter(None, [field["type"], size, field.get("relation"), "required" if field["required"] else ""])
    )
