"""What staff do in an association's own base, in its own words."""

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from backoffice_sync.connectors import sql
from backoffice_sync.connectors.sql.connector import SqlDirectory
from backoffice_sync.mapping import ENTITIES
from tests.backoffice_sync.contract.staff import BESIDE, ON, STRANGER
from tests.backoffice_sync.sql import association

EXAMPLE = (Path(sql.__file__).parent / "example.toml").read_text()
BY_LOG = re.sub(r"(?m)^changed = .*\n", "", EXAMPLE)
BY_STAMPS = re.sub(r"(?ms)^\[log\].*?\n\n", "", EXAMPLE)
TABLES = {
    "campaign": "campagne", "member": "adherent", "address": "adresse", "email": "coordonnee", "phone": "coordonnee",
    "mandate": "mandat", "gift": "don", "receipt": "recu_fiscal", "request": "demande", "memo": "note",
    "document": "piece", "link": "lien",
}  # fmt: skip
NEW: dict[str, dict[str, Any]] = {
    "campaign": {"libelle": "Printemps"},
    "member": {"prenom": "Anne", "nom": "Durand"},
    "address": {"numero": "5", "voie": "rue des Lilas", "code_postal": "69003", "ville": "Lyon"},
    "email": {"type": "E", "valeur": "anne@example.org", "principale": 1},
    "phone": {"type": "P", "valeur": "+33612345678"},
    "mandate": {"iban": "FR7630004000031234567890143", "montant": "15.00", "signe_le": ON},
    "gift": {"date_don": ON, "montant": "50.00", "mode": "CH"},
    "receipt": {"annee": 2026, "emis_le": ON, "montant": "50.00", "nom_donateur": "Anne", "adresse_donateur": "Lyon"},
    "request": {"genre": "other", "texte": "Appelez-moi", "demande_le": ON},
    "memo": {"genre": "extranet", "texte": "Bonjour"},
    "document": {"titre": "Bienvenue", "sens": "E", "date_piece": ON},
    "link": {"genre": "EV", "libelle": "Rencontre à Quimper", "du": ON},
}
NUMBERED = {"member": "numero", "mandate": "rum", "receipt": "numero", "request": "cle_extranet"}
EDITS: dict[str, dict[str, Any]] = {
    "campaign": {"libelle": "Été"},
    "member": {"nom": "Durand-Petit"},
    "address": {"ville": "Nice"},
    "email": {"valeur": "petit@example.org"},
    "phone": {"valeur": "+33687654321"},
    "mandate": {"periodicite": 12},
    "gift": {"montant": "60.00"},
    "receipt": {"nom_donateur": "Anne Petit"},
    "request": {"suivi": "A", "reponse": "We have called you", "vue_le": ON, "decidee_le": ON},
    "memo": {"texte": "Bonsoir"},
    "document": {"titre": "Soyez le bienvenu"},
    "link": {"etat": "F"},
}


class SqlStaff:
    entities = frozenset(ENTITIES)
    moves = "gift"
    rejects = frozenset({"over-long", "no code of a country"})

    def __init__(self, url: str, folder: Path, mapping: str = EXAMPLE) -> None:
        self.url, self.folder, self.mapping = url, folder, mapping
        self._connection = psycopg.connect(url, autocommit=True)
        self._open: list[SqlDirectory] = []
        self._numbers = count(100)

    def connect(self, mapping: str = "", url: str = "") -> SqlDirectory:
        path = self.folder / f"{next(self._numbers)}.toml"
        path.write_text(mapping or self.mapping)
        self._open.append(SqlDirectory("sql+" + (url or self.url), path))
        return self._open[-1]

    def hasty(self) -> tuple[SqlDirectory, float]:
        return self.connect(self.mapping.replace("overlap_seconds = 120", "overlap_seconds = 1")), 1.0

    async def close(self) -> None:
        self._connection.close()
        for directory in self._open:
            await directory.close()

    async def make(self, entity: str, member: str | None = None, **more: Any) -> str:
        if entity in BESIDE:
            return member or ""
        number = next(self._numbers)
        own = {NUMBERED[entity]: f"N{number}"} if entity in NUMBERED else {}
        values = {"id": number} | NEW[entity] | own | ({"adherent_id": int(member)} if member else {}) | more
        self.put(TABLES[entity], values)
        self.ask(f"SELECT setval(pg_get_serial_sequence('{TABLES[entity]}', 'id'), {number})")
        return str(number)

    def put(self, table: str, values: dict[str, Any]) -> None:
        names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        self.do(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values.values())

    async def edit(self, entity: str, key: str, **more: Any) -> None:
        values = more or EDITS[entity]
        setting = ", ".join(f"{name} = %s" for name in values)
        self.do(f"UPDATE {TABLES[entity]} SET {setting} WHERE id = %s", *values.values(), key)

    async def touch(self, entity: str, key: str) -> None:
        [name, *_] = EDITS[entity]
        self.do(f"UPDATE {TABLES[entity]} SET {name} = {name} WHERE id = %s", key)

    async def drop(self, entity: str, key: str) -> None:
        self.do(f"DELETE FROM {TABLES[entity]} WHERE id = %s", key)

    async def merge(self, twin: str, into: str) -> None:
        self.do("UPDATE adherent SET fusionne_avec = %s WHERE id = %s", into, twin)
        self.do("UPDATE don SET adherent_id = %s WHERE adherent_id = %s", into, twin)

    async def attach(self, document: str, content: bytes) -> None:
        told = (content, len(content), hashlib.sha256(content).hexdigest(), document)
        self.do("UPDATE piece SET fichier = %s, taille = %s, empreinte = %s WHERE id = %s", *told)

    async def remark(self, member: str, words: str) -> None:
        self.do("CREATE TABLE IF NOT EXISTS score (personne integer REFERENCES adherent, mots text)")
        self.do("INSERT INTO score VALUES (%s, %s)", member, words)

    @asynccontextmanager
    async def slowly(self, member: str) -> AsyncIterator[None]:
        """A transaction that saves the member at once and ends with the block."""
        async with await psycopg.AsyncConnection.connect(self.url) as connection:
            await connection.execute("UPDATE adherent SET prenom = 'Slow' WHERE id = %s", [member])
            yield

    async def lose(self) -> str:
        self.do("ALTER TABLE adresse RENAME COLUMN ville TO commune")
        return "ville"

    def stranger(self) -> SqlDirectory:
        self.do(f"DROP ROLE IF EXISTS {STRANGER}")
        self.do(f"CREATE ROLE {STRANGER} LOGIN PASSWORD '{STRANGER}'")
        url = make_url(self.url).set(username=STRANGER, password=STRANGER)
        return self.connect(url=url.render_as_string(hide_password=False))

    def at(self, port: int) -> SqlDirectory:
        return self.connect(url=f"postgresql://somebody@127.0.0.1:{port}/central?sslmode=disable")

    def do(self, statement: str, *values: object) -> None:
        self._connection.execute(statement.encode(), values)

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(query.encode(), values).fetchall()


def make_tables(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(association.postgresql().encode())
