"""All that Tryton has on one party: their own record, and those of every other model that leads to them.

Which models those are is asked of Tryton itself, for an association may have added modules. Fields that are computed,
lists of other records and files are left out: the records of a list come by themselves, files stay where they are.
"""

import logging
from collections.abc import AsyncIterator
from typing import Any

from backoffice_sync.connectors.iban import guarded
from backoffice_sync.connectors.tryton.client import Client, Fault, Record
from backoffice_sync.directory import CredentialsRefused, PersonalRecord

log = logging.getLogger("backoffice_sync.connectors.tryton.beyond")

PARTY = "party.party"
PLAIN = ("char", "text", "fulltext", "integer", "float", "numeric", "date", "datetime", "timestamp", "boolean",
         "selection", "multiselection")  # fmt: skip
RESOURCES = ("ir.note", "ir.attachment")
"""They hang on any record, by its name and number."""
ACCOUNT = "bank.account.number"
"""Account numbers lead to their party by way of the account."""


async def records(client: Client, parties: list[int]) -> AsyncIterator[PersonalRecord]:
    questions: list[tuple[str, list[Any]]] = [
        (PARTY, [["id", "in", parties]]),
        *[(model, [["resource", "in", [f"{PARTY},{one}" for one in parties]]]) for model in RESOURCES],
        (ACCOUNT, [["account.owners", "in", parties]]),
        *[(model, [[name, "in", parties]]) for model, name in await _leading_there(client)],
    ]
    for model, domain in questions:
        try:
            names = _plain_fields(await client.call(f"{model}.fields_get", []))
            async for page in client.every(model, domain, names):
                for record in page:
                    yield model, guarded({name: _plain(record[name]) for name in names})
        except (Fault, CredentialsRefused):  # a model without a table of its own, or one that this user may not read
            if model == PARTY:
                raise
            log.warning("%s was not read for an extract: this user may not, or it cannot be looked through", model)


async def _leading_there(client: Client) -> list[tuple[str, str]]:
    """Models and their field that names a party."""
    domain = [["relation", "=", PARTY], ["ttype", "=", "many2one"]]
    pages = client.every("ir.model.field", domain, ["model", "name"])
    found = {(str(one["model"]), str(one["name"])) async for page in pages for one in page}
    return sorted((model, name) for model, name in found if model != PARTY)


def _plain_fields(made: Record) -> list[str]:
    return sorted(name for name, field in made.items() if field["type"] in PLAIN and field.get("searchable", True))


def _plain(value: Any) -> Any:
    """As JSON can hold it; an amount keeps its cents."""
    return value if isinstance(value, str | int | list | None) else str(value)
