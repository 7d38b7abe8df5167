"""Looks at the NPSP export with the csv module alone, and spoils copies of it."""

import csv
from collections import defaultdict
from pathlib import Path

import psycopg

from backoffice_sync.npsp import Outcome, Report

EXPORT = Path(__file__).parents[1] / "data" / "npsp-1k"


def rows(name: str, folder: Path = EXPORT) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def counted(central: psycopg.Connection, table: str) -> int:
    [[count]] = central.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(count)


def households() -> dict[str, list[str]]:
    kinds = {account["id"]: account["npe01__SYSTEM_AccountType__c"] for account in rows("account")}
    members = defaultdict(list)
    for contact in rows("contact"):
        if kinds[contact["account_id"]] == "Household Account":
            members[contact["account_id"]].append(contact["id"])
    return members


def spoil(folder: Path, name: str, record_id: str, **cells: str) -> None:
    records = rows(name, folder)
    for record in records:
        if record["id"] == record_id:
            record.update(cells)
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, records[0].keys())
        writer.writeheader()
        writer.writerows(records)


def verdict(report: Report, name: str, record_id: str) -> tuple[Outcome, str]:
    [found] = [(line.outcome, line.reason) for line in report.of(f"{name}.csv") if line.id == record_id]
    return found
