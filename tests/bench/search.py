"""`make bench-search`: how long the desk waits for what it types, at a million members (MEMBERS=…).

The members are drawn in the database itself, from the names and towns of the demonstration; the common ones are far
more common than in real life. Nothing here fails on a number.
"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import median, quantiles
from typing import Any

import psycopg
from sqlalchemy import text

from backoffice_sync.demo import homes, names, places
from portal import embedded, migrations
from portal.database import Database, role_url
from portal.search import queries
from portal.settings import Settings
from tests.bench.data import HOME

MEMBERS = int(os.environ.get("MEMBERS", "1000000"))
TRIES = 200
GOAL = 100
"""Milliseconds, for the slowest hundredth."""
CHUNK = 20_000
SYLLABLES = ("ba", "cour", "del", "fou", "gar", "lan", "mor", "nau", "per", "ran", "sau", "ter", "val", "vi")

QUIET = "ALTER TABLE {0} {1} TRIGGER USER"
PICK = """
CREATE FUNCTION pg_temp.pick(of text[], n bigint, salt int) RETURNS text LANGUAGE sql IMMUTABLE
RETURN of[1 + floor(array_length(of, 1) * power(abs(hashint8(n * 31 + salt)::bigint) / 2147483649.0, 2))::int]
"""
# The first of each list are the most common. Every twentieth is a company, every second person has a name of their own.
FILL = (
    """
INSERT INTO member (central_id, number, kind, civility, first_name, last_name, company_name, legal_form, language,
                    suspension_code, stop_promo, closed)
SELECT n, 100000 + n, CASE WHEN is_company THEN 'company' ELSE 'person' END, '',
       CASE WHEN is_company THEN '' ELSE pg_temp.pick(%(first)s, n, 1) END,
       CASE WHEN is_company THEN '' WHEN n %% 2 = 0 THEN pg_temp.pick(%(last)s, n, 2) ELSE initcap(
            pg_temp.pick(%(parts)s, n, 3) || pg_temp.pick(%(parts)s, n, 4) || pg_temp.pick(%(parts)s, n, 5)) END,
       CASE WHEN is_company THEN pg_temp.pick(%(trades)s, n, 6) || ' ' || pg_temp.pick(%(last)s, n, 7) ELSE '' END,
       '', 'fr', '', false, false
  FROM (SELECT n, n %% 20 = 0 AS is_company FROM generate_series(1, %(members)s) AS n) AS drawn
""",
    """
INSERT INTO postal_address (central_id, member_id, is_main, unit, building, house_number, street, locality, postcode,
                            town, region, country)
SELECT central_id, id, true, '', '', 1 + abs(hashtext(number)) %% 150,
       CASE WHEN number::int %% 3 = 0 THEN pg_temp.pick(%(streets)s, number::int, 8)
            ELSE 'rue ' || pg_temp.pick(%(first)s, number::int, 9) || ' ' || pg_temp.pick(%(last)s, number::int, 10)
            END,
       '', split_part(home, ' ', 1), substr(home, 7), '', 'FR'
  FROM (SELECT *, pg_temp.pick(%(towns)s, number::int, 11) AS home FROM member) AS member
""",
    """
INSERT INTO email_address (central_id, member_id, address, is_main, origin, recorded_on)
SELECT central_id, id, replace(lower(concat_ws('.', nullif(first_name, ''), nullif(last_name, ''))), ' ', '-') || number
       || '@example.org', true, '', current_date FROM member WHERE number::int % 5 < 3
""",
    """
INSERT INTO phone (central_id, member_id, number, kind)
SELECT central_id, id, '+336' || lpad((abs(hashtext('p' || number)) % 100000000)::text, 8, '0'), 'mobile' FROM member
""",
    """
INSERT INTO mandate (central_id, member_id, reference, creditor_identifier, masked_iban, bank_name, amount, currency,
                     rhythm, signed_on, state)
SELECT central_id, id, 'DON-' || number || '-1', '', '', '', 10, 'EUR', 'monthly', current_date, 'active' FROM member
""",
    """
INSERT INTO receipt (central_id, member_id, number, fiscal_year, kind, article, issued_on, amount, currency, state,
                     donor_name, donor_address, lines)
SELECT central_id, id, '2025-' || number, 2025, 'annual', '200', current_date, 10, 'EUR', 'issued', '', '', '[]'
  FROM member
""",
)
FOLLOWED = ("member", "postal_address", "email_address", "phone")
WORDS = (
    "DROP INDEX ix_member_search_words",
    (
        "INSERT INTO member_search (member_id, names, places, mailboxes, phones) SELECT id, words_of_names(member), "
        "words_of_places(id), words_of_mailboxes(id), words_of_phones(id) FROM member"
    ),
    "CREATE INDEX ix_member_search_words ON member_search USING gin (words)",
    "VACUUM ANALYZE",
)

KINDS: dict[str, Callable[[Any], str]] = {
    "name and department": lambda m: f"{m.last_name} {m.first_name} {m.postcode[:2]}",
    "last name": lambda m: m.last_name,
    "first name and department": lambda m: f"{m.first_name} {m.postcode[:2]}",
    "a letter wrong": lambda m: f"{m.last_name[:-1]}x {m.first_name}",
    "company": lambda m: m.company_name,
    "phone": lambda m: f"0{m.phone[3:]}",
    "beginning of a phone": lambda m: f"06 {m.phone[4:6]}",
    "e-mail address": lambda m: m.mail or "",
    "address line": lambda m: f"{m.house_number} {m.street}",
    "town and beginning of name": lambda m: f"{m.town} {m.last_name[:3]}",
    "two letters": lambda m: m.last_name[:2],
    "member number": lambda m: m.number,
    "receipt number": lambda m: f"2025-{m.number}",
    "mandate reference": lambda m: f"don-{m.number}-1",
    "nobody": lambda m: f"{m.number}x{m.first_name}",
}
CHANGE = "UPDATE postal_address SET street = 'chemin des Vignes', house_number = '7' WHERE member_id = ANY (%s)"


def main() -> None:
    HOME.mkdir(parents=True, exist_ok=True)
    with ExitStack() as ending:
        server = embedded.start(HOME / "postgres")
        ending.callback(server.stop)
        settings = Settings(
            database_url=server.dsn(f"search_{MEMBERS}"),
            secret_key="a secret for the bench, long enough to be accepted",
        )
        prepare(server, settings)
        asyncio.run(measure(settings))
        following(settings)


def prepare(server: embedded.Server, settings: Settings) -> None:
    name = f"search_{MEMBERS}"
    server.create_database(name)
    migrations.migrate(settings)
    with psycopg.connect(settings.database_url, autocommit=True) as owner:
        if owner.execute("SELECT count(*) FROM member_search").fetchone() == (MEMBERS,):
            return
    server.create_database(name, template="template0")
    migrations.migrate(settings)
    with psycopg.connect(settings.database_url, autocommit=True) as owner:
        print(f"Drawing {MEMBERS:,} members (once) …")
        draw(owner)
        began = time.monotonic()
        for statement in WORDS:
            owner.execute(statement)
        print(f"their words, with the index, in {time.monotonic() - began:.0f} s")


def draw(owner: psycopg.Connection[Any]) -> None:
    lists = {
        "first": [*names.WOMEN, *names.MEN],
        "last": list(names.SURNAMES),
        "parts": list(SYLLABLES),
        "trades": list(names.TRADES),
        "streets": list(places.STREETS),
        "towns": [f"{town.postcode} {town.name}" for town in homes.METROPOLE],
        "members": MEMBERS,
    }
    owner.execute(PICK)
    for table in FOLLOWED:
        owner.execute(QUIET.format(table, "DISABLE"))
    for statement in FILL:
        owner.execute(statement, lists if "%(" in statement else None)
    for table in FOLLOWED:
        owner.execute(QUIET.format(table, "ENABLE"))


async def measure(settings: Settings) -> None:
    """Each kind of search of members drawn by lot, one after the other, as the web role on behalf of staff."""
    web = Database(role_url(settings.database_url, settings.secret_key, "portal_web"))
    with psycopg.connect(settings.database_url, row_factory=psycopg.rows.namedtuple_row) as owner:
        sample = owner.execute(
            "SELECT m.*, a.house_number, a.street, a.postcode, a.town, p.number AS phone, e.address AS mail "
            "FROM member m JOIN postal_address a ON a.member_id = m.id JOIN phone p ON p.member_id = m.id "
            "LEFT JOIN email_address e ON e.member_id = m.id WHERE m.number = ANY (%s)",
            [[str(100_001 + n * (MEMBERS // TRIES) + n % 20) for n in range(TRIES)]],
        ).fetchall()
    print(f"\n{MEMBERS:,} members; milliseconds\n\n{'':28}{'p50':>7}{'p99':>8}{'found':>7}")
    for kind, typed in KINDS.items():
        times, found = [], 0
        for words in searches(typed, sample):
            async with web.begin() as db:
                await db.execute(text("SELECT set_config('portal.staff', 'on', true)"))
                began = time.perf_counter()
                rows, _ = await queries.find(db, words)
                if not rows:
                    rows, _ = await queries.find_alike(db, words)
                times.append(1000 * (time.perf_counter() - began))
                found += bool(rows)
        slowest = quantiles(times, n=100)[98]
        verdict = "met" if slowest <= GOAL else "missed"
        print(f"{kind:28}{median(times):7.1f}{slowest:8.1f}{found / len(times):7.0%}   goal {GOAL}: {verdict}")
    await web.close()


def searches(typed: Callable[[Any], str], sample: list[Any]) -> Iterator[str]:
    return (words for member in sample if (words := typed(member).strip()))


def following(settings: Settings) -> None:
    """What it costs the sync that the words follow: a chunk of changed addresses with and without."""
    with psycopg.connect(settings.database_url) as owner:
        ids = [row[0] for row in owner.execute("SELECT member_id FROM postal_address LIMIT %s", [CHUNK])]
        took = {}
        for words, prepare in {"without": "ALTER TABLE postal_address DISABLE TRIGGER USER", "with": "SELECT"}.items():
            owner.execute(prepare)
            began = time.perf_counter()
            owner.execute(CHANGE, [ids])
            took[words] = time.perf_counter() - began
            owner.rollback()
    print(f"\n{CHUNK:,} changed addresses: {took['without']:.2f} s, with their words {took['with']:.2f} s")


if __name__ == "__main__":
    main()
