"""Members with gifts, straight into the portal's tables, and the command as its own process."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from portal import clock
from portal.settings import Settings

LAST_YEAR = clock.today().year - 1
SIREN = "732829320"
COMPANY = {
    "kind": "company",
    "civility": "",
    "company_name": "Boulangerie Durand",
    "legal_form": "SARL",
    "siren": SIREN,
}
AT_LYON = {"house_number": "12 bis", "street": "rue des Lilas", "postcode": "69003", "town": "Lyon"}
IN_GERMANY = {"street": "Hauptstraße 5", "postcode": "10115", "town": "Berlin", "country": "DE"}

Gift = dict[str, Any]
Giver = Callable[..., UUID]


def gift(number: str, amount: str = "50.00", on: str = "06-15", year: int = LAST_YEAR, **more: Any) -> Gift:
    """A cheque that arrived, unless it is said otherwise."""
    given_on = date.fromisoformat(f"{year}-{on}")
    return {"central_id": number, "given_on": given_on, "amount": amount, "means": "cheque", "state": "received"} | more


def put(owner: psycopg.Connection[Any], table: str, **values: Any) -> UUID:
    names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    row = owner.execute(f"INSERT INTO {table} ({names}) VALUES ({marks}) RETURNING id".encode(), list(values.values()))
    found = row.fetchone()
    assert found is not None
    return UUID(str(found[0]))


def put_giver(
    owner: psycopg.Connection[Any],
    number: str,
    *gifts: Gift,
    rhythm: str = "annual",
    by: str = "post",
    home: dict[str, Any] | None = AT_LYON,
    email: str = "",
    bounced_on: date | None = None,
    **card: Any,
) -> UUID:
    """A member who is complete unless it is said otherwise."""
    plain = {
        "kind": "person", "civility": "Mme", "first_name": "Anne", "last_name": f"Donatrice {number}",
        "company_name": "", "legal_form": "", "siren": None, "language": "fr", "deceased_on": None,
        "suspension_code": "", "stop_promo": False, "closed": False,
    }  # fmt: skip
    member = put(owner, "member", central_id=number, number=number, **(plain | card))
    put(owner, "receipt_wish", central_id=number, member_id=member, receipt_rhythm=rhythm, receipt_by=by)
    if home is not None:
        put_home(owner, member, **home)
    if email:
        put(owner, "email_address", central_id=f"e{number}", member_id=member, address=email, is_main=True, origin="",
            recorded_on=date(2020, 1, 1), confirmed_on=None, bounced_on=bounced_on)  # fmt: skip
    for one in gifts:
        put_gift(owner, member, one)
    return member


def put_home(owner: psycopg.Connection[Any], member: UUID, **lines: Any) -> None:
    plain: dict[str, Any] = dict.fromkeys(
        ("unit", "building", "house_number", "street", "locality", "postcode", "town", "region"), ""
    )
    plain |= {"country": "FR", "returned_on": None, "returned_reason": "", "is_main": True}
    put(owner, "postal_address", member_id=member, **(plain | lines))


def put_gift(owner: psycopg.Connection[Any], member: UUID, one: Gift) -> None:
    put(owner, "gift", member_id=member, **({"currency": "EUR", "state_reason": ""} | one))


def put_receipt(owner: psycopg.Connection[Any], member: UUID, number: str, **more: Any) -> UUID:
    """One that the central base issued."""
    plain = {
        "central_id": number, "number": number, "fiscal_year": LAST_YEAR, "kind": "annual", "article": "200",
        "issued_on": date(LAST_YEAR + 1, 1, 20), "amount": "50.00", "currency": "EUR", "state": "issued",
        "donor_name": "Mme Anne Donatrice", "donor_address": "12 BIS RUE DES LILAS\n69003 LYON", "lines": "[]",
    }  # fmt: skip
    return put(owner, "receipt", member_id=member, **(plain | more))


def number(count: int, year: int = LAST_YEAR) -> str:
    return f"{year}-{count:06}"


def numbers(owner: psycopg.Connection[Any], condition: str = "by_portal") -> list[str]:
    found = owner.execute(f"SELECT number FROM receipt WHERE {condition} ORDER BY number".encode())
    return [row[0] for row in found]


def environment(settings: Settings, **more: str) -> dict[str, str]:
    own = {"DATABASE_URL": settings.database_url, "SECRET_KEY": settings.secret_key, "BASE_URL": "http://localhost"}
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | own | {"RECEIPTS_ISSUED_BY": "portal"} | more


def start(settings: Settings, *words: str, folder: Path, **more: str) -> subprocess.Popen[str]:
    """`portal …` as a process of its own."""
    return subprocess.Popen(
        [Path(sys.executable).with_name("portal"), *words],
        cwd=folder,
        env=environment(settings, **more),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def run(settings: Settings, *words: str, folder: Path, **more: str) -> tuple[int, str]:
    """Its exit status, and all that it said."""
    process = start(settings, *words, folder=folder, **more)
    said, _ = process.communicate(timeout=120)
    return process.returncode, said


def issuing(settings: Settings, **more: Any) -> Settings:
    """The association lets the portal issue."""
    return replace(settings, receipts_issued_by="portal", **more)


def covered(owner: psycopg.Connection[Any], state: str = "issued") -> list[str]:
    """The gifts on receipts of this state, as often as they stand on one."""
    query = "SELECT line ->> 'gift' FROM receipt, jsonb_array_elements(lines) AS line WHERE state = %s ORDER BY 1"
    return [row[0] for row in owner.execute(query, [state])]


def many(count: int, name: str = "m") -> Iterable[str]:
    return [f"{name}{index:03}" for index in range(1, count + 1)]
