"""Puts the file together and pours it into a base."""

from datetime import date

import psycopg

from backoffice_sync.central_file import CentralFile, Say, silent
from backoffice_sync.central_rows import Member
from backoffice_sync.demo.cast import Persona
from backoffice_sync.demo.chance import Chance
from backoffice_sync.demo.choices import add_choices
from backoffice_sync.demo.debits import add_debits
from backoffice_sync.demo.giving import add_campaigns, add_gifts
from backoffice_sync.demo.memos import add_memos
from backoffice_sync.demo.papers import add_documents, add_links
from backoffice_sync.demo.people import add_people
from backoffice_sync.demo.personas import add_personas
from backoffice_sync.demo.receipts import add_receipts

HABITS = {"none": 0.12, "occasional": 0.44, "faithful": 0.28, "debit": 0.16}
COMPANY_HABITS = {"none": 0.1, "occasional": 0.5, "faithful": 0.4}


def draw(members: int, today: date) -> tuple[CentralFile, list[Persona]]:
    """Draw the file without a base: the same two arguments give the same rows."""
    file = CentralFile()
    add_campaigns(file, today)
    personas = add_personas(file, today)
    known = len(file.rows(Member))
    if members < known:
        raise ValueError(f"The personas alone are {known} members; ask for at least as many.")
    add_people(file, members, today)
    for member in file.rows(Member)[known:]:
        if member.merged_into is None:
            _live(file, member, today)
    add_receipts(file, today)
    return file, personas


def fill(connection: psycopg.Connection, *, members: int = 2000, today: date, progress: Say = silent) -> list[Persona]:
    """Fill an empty central base; answer with the members made to be signed in as."""
    file, personas = draw(members, today)
    file.write(connection, progress)
    return personas


def fill_demo(connection: psycopg.Connection, *, members: int = 2000, today: date, say: Say) -> None:
    """Fill an empty central base and tell on the terminal who can be signed in as."""
    personas = fill(connection, members=members, today=today, progress=say)
    width = max(len(persona.email) for persona in personas)
    for persona in personas:
        say(f"{persona.number}  {persona.email or '(no e-mail)':{width}}  {persona.name}: {persona.what}")


def _live(file: CentralFile, member: Member, today: date) -> None:
    """Let a member give, receive letters and be written about."""
    chance = Chance(f"life of {member.number}")
    habit = chance.one_of(COMPANY_HABITS if member.kind == "company" else HABITS)
    if habit == "debit":
        add_debits(file, member, chance, today)
    add_gifts(file, member, chance, today, habit)
    add_choices(file, member, today)
    add_memos(file, member, chance, today)
    add_documents(file, member, chance, today)
    add_links(file, member, Chance(f"links of {member.number}"), today)
