"""Keep the French catalogue in step with code and templates (`make messages`).

A text that is gone goes from the catalogue too; a new or reworded one waits there for its translation.
"""

from datetime import UTC, datetime
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from portal import ROOT
from portal.i18n import LOCALE_FOLDER

FRENCH = LOCALE_FOLDER / "fr" / "LC_MESSAGES" / "portal.po"
SOURCES = (
    ("portal", "**.py", "python"),
    ("backoffice_sync", "**.py", "python"),
    ("templates", "**", "jinja2.ext:babel_extract"),
)
OPTIONS = {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false", "encoding": "utf-8"}
KEYWORDS = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2)}
HEADER = "# French texts of the donor extranet. The English ones, the keys, come from `make messages`."


def extract() -> Catalog:
    """All texts that code and templates mark, each with the files that say it."""
    found = _empty()
    for folder, pattern, method in SOURCES:
        texts = extract_from_dir(
            ROOT / folder, method_map=[(pattern, method)], options_map={pattern: OPTIONS}, keywords=KEYWORDS
        )
        for file, line, text, _, context in texts:
            found.add(text, locations=[(f"{folder}/{file}", line)], context=context)
    return found


def load() -> Catalog:
    """The French catalogue as it stands.

    Raises:
        PoFileError: for a file that a catalogue reader would not understand.
    """
    if not FRENCH.exists():
        return _empty()
    with FRENCH.open("rb") as source:
        return read_po(source, locale="fr", abort_invalid=True)


def update() -> None:
    """Rewrite the French catalogue; translations stay, line numbers are left out to keep differences small."""
    french = load()
    french.update(extract(), no_fuzzy_matching=True, update_creation_date=False)
    text = BytesIO()
    write_po(text, french, width=120, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    FRENCH.parent.mkdir(parents=True, exist_ok=True)
    FRENCH.write_bytes(text.getvalue())


def _empty() -> Catalog:
    started = datetime(2025, 1, 1, tzinfo=UTC)
    return Catalog(
        locale="fr",
        header_comment=HEADER,
        project="donor-extranet",
        version="1",
        msgid_bugs_address="see README.md",
        last_translator="see the history of this file",
        language_team="French",
        creation_date=started,
        revision_date=started,
        fuzzy=False,
    )


if __name__ == "__main__":
    update()
