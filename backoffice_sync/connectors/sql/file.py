"""Reading the mapping file: every mistake is told at once, with its section and key. See example.toml."""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backoffice_sync.connectors.sql.fields import (
    BankOfIban,
    ClosedWhenMerged,
    Coded,
    Constant,
    Field,
    Flags,
    Iban,
    Plain,
)
from backoffice_sync.connectors.sql.plan import OVERLAP, Log, Plan, Source
from backoffice_sync.connectors.sql.sections import Sections
from backoffice_sync.connectors.sql.values import word
from backoffice_sync.connectors.sql.vocabulary import OPTIONAL, codes
from backoffice_sync.mapping import ENTITIES
from portal.clock import PARIS
from portal.settings import SettingsError

SECTION = {"table", "key", "changed", "where", "write", "columns"}
OWN_KEYS = {"member": {"merged_into"}, "document": {"content"}}
LISTS = {"objections", "consents"}
FIELD_KEYS = ({"column"}, {"column", "values"}, {"constant"}, {"flags"}, {"flags", "yes", "no"})
NEVER_MAPPED = {"receipt": {"lines"}}
"""Fields for which no column can be named."""


def load(path: Path) -> Plan:
    """Read and check a mapping file.

    Raises:
        SettingsError: lists every mistake, a line each.
    """
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"CENTRAL_MAPPING {path}: {error}") from error
    return Reader(content).plan(str(path))


class Reader(Sections):
    def plan(self, name: str) -> Plan:
        self.known("file", self.content, {"base", "log", *ENTITIES})
        named = [entity for entity in ENTITIES if entity in self.content]
        if "member" not in named:
            self.mistakes.append("[member] is missing: there is nothing without members")
        sources = {entity: self._source(entity, self.table(self.content, entity, "file")) for entity in named}
        base = self.table(self.content, "base", "file")
        self.known("[base]", base, {"overlap_seconds", "zone"})
        seconds = base.get("overlap_seconds", OVERLAP.total_seconds())
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds < 0:
            self.mistakes.append("[base] overlap_seconds: must be a number of seconds")
            seconds = 0
        plan = Plan(sources, self._log(), timedelta(seconds=seconds), self._zone(base))
        if self.mistakes:
            raise SettingsError("\n".join([f"The mapping file {name} cannot be used:", *self.mistakes]))
        return plan

    def _source(self, entity: str, section: Mapping[str, Any]) -> Source:
        where = f"[{entity}]"
        references = {one.name: one.required for one in ENTITIES[entity].references}
        self.known(where, section, SECTION | set(references) | OWN_KEYS.get(entity, set()))
        numbers = {name: self.text(where, section, name, required=needed) for name, needed in references.items()}
        is_writable = section.get("write", True)
        if not isinstance(is_writable, bool):
            self.mistakes.append(f"{where} write: must be true or false")
        changed = section.get("changed", [])
        return Source(
            entity,
            self.text(where, section, "table"),
            self.text(where, section, "key"),
            self._fields(entity, section),
            {name: column for name, column in numbers.items() if column},
            tuple(self.words(f"{where} changed", changed)),
            {
                column: tuple(self.words(f"[{entity}.where] {column}", held))
                for column, held in self.table(section, "where", where).items()
            },
            bool(is_writable),
            self.text(where, section, "content", required=False) if entity == "document" else "",
        )

    def _fields(self, entity: str, section: Mapping[str, Any]) -> dict[str, Field]:
        where = f"[{entity}.columns]"
        given = dict(self.table(section, "columns", f"[{entity}]"))
        names = [name for name in ENTITIES[entity].columns if name not in NEVER_MAPPED.get(entity, ())]
        fields: dict[str, Field] = {name: Constant("[]") for name in NEVER_MAPPED.get(entity, ())}
        if entity == "mandate":  # of an account number the portal gets two things
            names = [name for name in names if name not in {"masked_iban", "bank_name"}]
            iban = self.text(where, given, "iban")
            given.pop("iban", None)
            fields |= {"masked_iban": Iban(iban), "bank_name": BankOfIban(iban)}
        self.known(where, given, set(names))
        for name in names:
            if name in given:
                fields[name] = self._field(entity, name, given[name])
            else:
                if name not in OPTIONAL.get(entity, set()):
                    self.mistakes.append(f"{where} {name}: is missing")
                fields[name] = Constant()
        if merged_into := entity == "member" and self.text("[member]", section, "merged_into", required=False):
            fields["closed"] = ClosedWhenMerged(merged_into, fields["closed"])
        return fields

    def _field(self, entity: str, name: str, given: Any) -> Field:
        where, allowed = f"[{entity}.columns] {name}", codes(entity, name)
        if isinstance(given, str) and given and name not in LISTS:
            return Plain(given)
        if not isinstance(given, dict) or set(given) not in FIELD_KEYS or ("flags" in given) is not (name in LISTS):
            form = "flags" if name in LISTS else "a column, a column with values, or a constant"
            self.mistakes.append(f"{where}: must be {form}")
            return Constant()
        if "constant" in given:
            self._meant(where, [given["constant"]], allowed)
            return Constant(given["constant"])
        if "flags" in given:
            flags = self.table(given, "flags", where)
            words = [self.text(where, given, key) for key in ("yes", "no") if key in given]
            return Flags({column: word(element) for column, element in flags.items()}, *words)
        column = self.text(where, given, "column")
        if "values" not in given:
            return Plain(column)
        meanings = {theirs: word(ours) for theirs, ours in self.table(given, "values", where).items()}
        self._meant(where, meanings.values(), allowed)
        return Coded(column, meanings)

    def _meant(self, where: str, given: Any, allowed: frozenset[str]) -> None:
        for value in given:
            if isinstance(value, dict | list):
                self.mistakes.append(f"{where}: {value} is no single value")
            elif allowed and word(value) not in allowed:
                self.mistakes.append(f"{where}: {word(value)} is none of {', '.join(sorted(allowed))}")

    def _log(self) -> Log | None:
        if "log" not in self.content:
            return None
        section = self.table(self.content, "log", "file")
        keys = ("table", "entity", "row", "order", "at")
        self.known("[log]", section, set(keys))
        return Log(*(self.text("[log]", section, key) for key in keys))

    def _zone(self, base: Mapping[str, Any]) -> ZoneInfo:
        try:
            return ZoneInfo(self.text("[base]", base, "zone", required=False) or PARIS.key)
        except (ZoneInfoNotFoundError, ValueError):
            self.mistakes.append(f"[base] zone: {base['zone']} is no time zone")
            return PARIS
