"""Taking a TOML file apart, noting every mistake. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from backoffice_sync.connectors.sql.values import word


class Sections:
    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.mistakes: list[str] = []

    def known(self, where: str, section: Mapping[str, Any], keys: set[str]) -> None:
        wrong = sorted(set(section) - keys)
        self.mistakes += [f"{where} {key}: is not known; there are {', '.join(sorted(keys))}" for key in wrong]

    def text(self, where: str, section: Mapping[str, Any], key: str, *, required: bool = True) -> str:
        found = section.get(key, "")
        if not isinstance(found, str):
            self.mistakes.append(f"{where} {key}: must be a text")
        elif required and not found:
            self.mistakes.append(f"{where} {key}: is missing")
        return str(found)

    def table(self, section: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
        found = section.get(key, {})
        if isinstance(found, dict):
            return found
        self.mistakes.append(f"{where} {key}: must be a section of its own")
        return {}

    def words(self, where: str, given: Any) -> list[str]:
        found = given if isinstance(given, list) else [given]
        if not all(isinstance(one, str | int | date) for one in found):
            self.mistakes.append(f"{where}: must be a text, or a list of texts")
        return [str(int(one)) if isinstance(one, bool) else word(one) for one in found]
