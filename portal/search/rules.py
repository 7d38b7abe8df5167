"""What somebody types at the desk, what is looked for, and why a member was found by it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from typing import Protocol

from portal.i18n import N_, fold

MOST_WORDS = 8
LONGEST = 200
LEAST_LETTERS = 3
MOST_WAYS = 4
"""In which what is typed may have been meant."""
LEAST_DIGITS = 4
"""Of a phone number: fewer would find half of a telephone district."""
WAYS = {"allee", "avenue", "boulevard", "chemin", "cours", "impasse", "place", "quai", "route", "rue", "square"}
WHOLE = {*WAYS, "de", "des", "du", "et", "la", "le", "les"}
"""Words of so many addresses that no others are meant that begin like them: taken as they are, they cost little."""
APART = re.compile(r"[\s!-/:-@\[-`{-~’]+")
"""What separates words: as `search_words` in the database has it."""
DIALLED = re.compile(r"[0-9+()./\s-]+")

NUMBER, RECEIPT, MANDATE = N_("Member number"), N_("Tax receipt"), N_("Direct debit mandate")
NAME, PLACE, MAILBOX, PHONE = N_("Name"), N_("Postal address"), N_("E-mail address"), N_("Phone")

Reason = tuple[str, str]
"""In which part of the record, and what stands there; nothing where the list shows it anyway."""


class Found(Protocol):
    first_name: str
    last_name: str
    company_name: str
    siren: str | None
    places: list[str]
    mailboxes: list[str]
    phones: list[str]


def words(typed: str) -> list[str]:
    return [word for word in APART.split(fold(typed[:LONGEST]).replace("\0", "")) if word][:MOST_WORDS]


def spelled(typed: str) -> list[str]:
    """Words that may be a name with a letter wrong."""
    return [word for word in words(typed) if len(word) >= LEAST_LETTERS and word.isalpha()]


def instead(typed: str, resembling: Mapping[str, Sequence[str]]) -> list[str]:
    """What may have been meant: in the place of each word that nobody has, names that resemble it."""
    several = [resembling.get(word, [word]) for word in words(typed)]
    return [" ".join(names) for names in islice(product(*several), MOST_WAYS)]


def numbers(typed: str) -> list[str]:
    """Spellings under which a member, a receipt or a mandate may be filed."""
    plain = typed[:LONGEST].replace("\0", "").strip()
    return sorted({plain, plain.upper(), "".join(plain.split()).upper()} - {""})


def wanted(typed: str) -> str:
    """The query for the words of members (tsquery): all that is typed, each word by its beginning.

    Or a phone, or the beginning of a mailbox: these are words of their own, with a sign before them.
    """
    tokens = fold(typed[:LONGEST]).replace("\0", "").split()[:MOST_WORDS]
    before_street = next((at for at, token in enumerate(tokens) if token in WAYS), 0)
    parts = [_wanted_of(token, whole=at < before_street) for at, token in enumerate(tokens)]
    ways = [" & ".join(part for part in parts if part)]
    if len(tokens) == 1 and ways[0] and "@" not in typed:
        ways.append(_begins(f"@{tokens[0]}"))
    if joined := dialled(typed):
        if all(len(token) < LEAST_DIGITS for token in tokens):
            ways = []  # 06 12 34: in pairs, nothing but a phone
        ways += [_begins(joined), _begins(_digits(typed))]
    return " | ".join(f"({way})" for way in ways if way)


def dialled(typed: str) -> str:
    """As the index has a phone number, +33612…; nothing when what is typed is none, or too little of one."""
    digits = _digits(typed)
    if len(digits) < LEAST_DIGITS or not DIALLED.fullmatch(typed):
        return ""
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return f"+33{digits[1:]}" if digits.startswith("0") else f"+{digits}"


def reasons(typed: str, found: Found) -> list[Reason]:
    """In which parts of the record the words are: the name first, then what explains the other words."""
    tokens = words(typed)
    named = set(words(" ".join((found.first_name, found.last_name, found.company_name, found.siren or ""))))
    by_name = [token for token in tokens if _matches(token, named)]
    left = [token for token in tokens if token not in by_name]
    given = [(NAME, "")] if by_name else []
    given += [(PHONE, phone) for phone in found.phones if _is_called(typed, phone)]
    if given and given[-1][0] == PHONE:
        return given
    for part, values in ((MAILBOX, found.mailboxes), (PLACE, found.places)):
        explained = [value for value in values if any(_matches(token, words(value)) for token in left)]
        given += [(part, value) for value in explained[:1]]
        if part == MAILBOX and explained and "@" in typed:
            break
    return given


def _wanted_of(token: str, *, whole: bool) -> str:
    """What is before the street is its number, a `whole` word. Of Jean-Pie only Pie is the beginning of one."""
    if "@" in token:
        return _begins(f"@{token}")
    *complete, last = [word for word in APART.split(token) if word] or [""]
    parts = [*map(_quoted, complete), _quoted(last) if whole or _is_whole(last) else _begins(last)]
    return " & ".join(parts) if last else ""


def _is_whole(word: str) -> bool:
    return len(word) == 1 or word in WHOLE


def _begins(word: str) -> str:
    return f"{_quoted(word)}:*"


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _matches(token: str, known: Iterable[str]) -> bool:
    return any(word == token if _is_whole(token) else word.startswith(token) for word in known)


def _is_called(typed: str, phone: str) -> bool:
    joined = dialled(typed)
    return bool(joined) and any(number.startswith(joined) for number in _spellings(phone))


def _spellings(phone: str) -> Iterator[str]:
    yield f"+{_digits(phone)}"
    yield dialled(phone)


def _digits(text: str) -> str:
    return "".join(re.findall("[0-9]", text[:LONGEST]))
