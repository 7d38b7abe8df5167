"""What donors and staff read: every text in French too, in plain words and with French typography."""

import re
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import Environment

from portal import ROOT, catalogue, i18n

NEVER_FRENCH = r"\b(tokens?|sessions?|SSO|UMR|e-?mails?|mails?|logins?)\b|cliquez ici"
NEVER_ENGLISH = r"\b(tokens?|sessions?|SSO|UMR)\b"
JARGON_ALLOWED = {"It appears on your bank statement (RUM)."}
NARROW = "\u00a0\u202f"
TEMPLATES = ROOT / "templates"
FRENCH_BY_LAW = TEMPLATES / "pdf"
SPOKEN = sorted(path for path in TEMPLATES.rglob("*.*") if FRENCH_BY_LAW not in path.parents)
PART_OF_THE_MARKUP = re.compile(r"""[-/]\S*|[a-z-]+="[^"]*"?""")
NAMES_OF_LANGUAGES = {"Français", "English"}


class Pair(NamedTuple):
    """One form of one text, in both languages."""

    english: str
    french: str


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [text or ""] if isinstance(text, str | None) else list(text)


def pairs_of(message: Message) -> list[Pair]:
    return [Pair(*both) for both in zip(forms(message.id), forms(message.string), strict=True)]


def texts(messages: Catalog) -> list[Message]:
    return [message for message in messages if message.id]


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)", text))


@pytest.fixture(scope="module")
def marked() -> Catalog:
    """What code and templates say."""
    return catalogue.extract()


@pytest.fixture(scope="module")
def french() -> Catalog:
    return catalogue.load()


@pytest.fixture(scope="module")
def pairs(french: Catalog) -> list[Pair]:
    return list(chain.from_iterable(pairs_of(message) for message in texts(french)))


def test_every_text_of_code_and_templates_is_in_the_catalogue_and_nothing_else(
    marked: Catalog, french: Catalog
) -> None:
    said, known = ({str(message.id) for message in texts(which)} for which in (marked, french))
    assert not said - known, "run `make messages`, then translate"
    assert not known - said, "run `make messages`: it drops what nobody says any more"
    assert not french.obsolete


def test_every_text_has_a_french_translation_that_somebody_has_read(french: Catalog) -> None:
    assert [message.id for message in texts(french) if not all(forms(message.string))] == []
    assert [message.id for message in texts(french) if message.fuzzy] == []


def test_a_translation_has_the_placeholders_of_its_text(pairs: list[Pair]) -> None:
    assert [pair for pair in pairs if placeholders(pair.english) != placeholders(pair.french)] == []


def test_every_text_can_be_filled_in_with_its_values(pairs: list[Pair]) -> None:
    for text in chain.from_iterable(pairs):
        assert "%(" not in text % dict.fromkeys(placeholders(text), "x")


def test_french_texts_use_words_that_donors_know(pairs: list[Pair]) -> None:
    assert [pair.french for pair in pairs if re.search(NEVER_FRENCH, pair.french, re.IGNORECASE)] == []
    assert {pair.english for pair in pairs if re.search(r"\bRUM\b", pair.french)} <= JARGON_ALLOWED


def test_english_texts_use_words_that_donors_know(pairs: list[Pair]) -> None:
    assert [pair.english for pair in pairs if re.search(NEVER_ENGLISH, pair.english, re.IGNORECASE)] == []


def test_french_texts_have_curved_apostrophes_and_french_quotation_marks(pairs: list[Pair]) -> None:
    assert [pair.french for pair in pairs if re.search("['\"“”]", pair.french)] == []


def test_french_punctuation_never_stands_alone_at_the_start_of_a_line(pairs: list[Pair]) -> None:
    """Two-part signs follow a space that does not break; a colon in a time or an address follows none."""
    loose = re.compile(rf"(?<![{NARROW}])(?:[;!?»]|:(?!//|\d|us@|nous@))|«(?![{NARROW}])")
    assert [pair.french for pair in pairs if loose.search(pair.french)] == []


@pytest.mark.parametrize("language", [code for code in i18n.LANGUAGES if code != "en"])
def test_the_catalogue_file_is_sound(language: str) -> None:
    path = i18n.LOCALE_FOLDER / language / "LC_MESSAGES" / "portal.po"
    with path.open("rb") as source:
        read = read_po(source, locale=language, abort_invalid=True)
    assert list(read.check()) == []


def test_a_reader_gets_the_text_of_their_language() -> None:
    said = {}
    for code in i18n.LANGUAGES:
        token = i18n.language.set(code)
        said[code] = [
            i18n.gettext("My gifts"),
            *(i18n.ngettext("%(num)s member", "%(num)s members", n) for n in (0, 1, 2)),
        ]
        i18n.language.reset(token)
    one, several = "%(num)s\u00a0donateur", "%(num)s\u00a0donateurs"
    assert said["fr"] == ["Mes dons", one, one, several]
    assert said["en"] == ["My gifts", "%(num)s members", "%(num)s member", "%(num)s members"]


def test_an_update_keeps_translations_drops_what_is_gone_and_changes_nothing_the_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "fr" / "portal.po"
    monkeypatch.setattr(catalogue, "FRENCH", copy)
    catalogue.update()
    waiting = catalogue.load()
    assert not any(message.string for message in texts(waiting) if isinstance(message.id, str))

    changed = copy.read_text("utf-8").replace('msgid "My gifts"\nmsgstr ""', 'msgid "My gifts"\nmsgstr "Cadeaux"')
    copy.write_text(changed + '\nmsgid "Nobody says this"\nmsgstr "Personne"\n', "utf-8")
    catalogue.update()
    first = copy.read_bytes()
    kept = catalogue.load()["My gifts"]
    assert kept is not None
    assert kept.string == "Cadeaux"
    assert b"Nobody says this" not in first
    assert b"Personne" not in first

    catalogue.update()
    assert copy.read_bytes() == first


class WordsOnThePage(HTMLParser):
    """Words that stand in a page itself, in its text or in attributes that people read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.hidden = tag in {"style", "script"}
        self.found += [
            value for name, value in attrs if name in {"aria-label", "title", "alt", "placeholder"} and value
        ]

    def handle_endtag(self, _tag: str) -> None:
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.found.append(data)


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_page_says_nothing_that_cannot_be_translated(path: Path) -> None:
    reader = WordsOnThePage()
    for _, kind, value in Environment(autoescape=True).lex(path.read_text("utf-8")):
        if kind == "data":
            reader.feed(value)
    reader.close()
    words = {text.strip() for text in reader.found if re.search(r"[^\W\d_]", text)}
    assert {text for text in words if not PART_OF_THE_MARKUP.fullmatch(text)} <= NAMES_OF_LANGUAGES
