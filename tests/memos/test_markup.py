"""The small Markdown: what it knows, and that nothing else ever becomes markup."""

import pytest
import tinyhtml5

from portal import markup
from portal.memos.rules import EXAMPLE, VARIABLES, problem
from tests.memos.payloads import HTML, SCRIPT, TEMPLATES, all_of_them

ELEMENTS = {"html", "head", "body", *markup.TAGS}


def words(html: str) -> str:
    return "".join(tinyhtml5.parse(html, namespace_html_elements=False).itertext()).strip()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Bonjour,\nmerci !\n\nÀ bientôt", "<p>Bonjour,<br>\nmerci !</p>\n<p>À bientôt</p>\n"),
        ("**gras** et *penché*", "<p><strong>gras</strong> et <em>penché</em></p>\n"),
        ("- un\n- deux", "<ul>\n<li>un</li>\n<li>deux</li>\n</ul>\n"),
        ("2024. Une année", '<ol start="2024">\n<li>Une année</li>\n</ol>\n'),
        ("[a](https://x.example/b_c)", '<p><a href="https://x.example/b_c" rel="noopener noreferrer">a</a></p>\n'),
        ("<tel:+33612345678>", '<p><a href="tel:+33612345678" rel="noopener noreferrer">tel:+33612345678</a></p>\n'),
        ("# Titre\n---\n    code `x`", "<p># Titre<br>\n---<br>\ncode `x`</p>\n"),
        ("[a](http://x.example) [b](/gifts)", "<p>[a](http://x.example) [b](/gifts)</p>\n"),
        ("jean_pierre_le@x.example __init__ _x_", "<p>jean_pierre_le@x.example __init__ _x_</p>\n"),
        ("l'été & <3", "<p>l'été &amp; &lt;3</p>\n"),
    ],
)
def test_what_is_typed_becomes_this(typed: str, shown: str) -> None:
    assert markup.html(typed) == shown


def test_no_payload_becomes_more_than_the_few_elements_with_harmless_links() -> None:
    payloads = list(all_of_them())
    assert len(payloads) > 200
    for payload in payloads:
        tree = tinyhtml5.parse(markup.html(payload), namespace_html_elements=False)
        for element in tree.iter():
            assert element.tag in ELEMENTS, payload
            assert set(element.keys()) <= {"href", "rel", "start"}, payload
            assert element.get("href", "https://").startswith(markup.LINKS), payload


def test_html_and_templates_are_shown_as_they_are_typed() -> None:
    for typed in (*HTML[:20], *TEMPLATES):
        if "*" not in typed and "\\" not in typed:
            assert words(markup.filled(markup.html(typed), EXAMPLE)) == typed
    assert words(markup.html("{{7*7}}")) == "{{7*7}}"


def test_a_value_never_becomes_markup_not_even_one_that_looks_like_it() -> None:
    nasty = dict.fromkeys(VARIABLES, f"*a* <img src=x onerror={SCRIPT}> [x](javascript:1) {{first_name}}")
    safe = markup.html("**{last_name}** [lien](https://x.example/{last_name}) {first_name}")
    shown = markup.filled(safe, nasty)
    assert "<img" not in shown
    assert "<em>" not in shown
    assert 'href="https://x.example/%7Blast_name%7D"' in shown
    assert words(shown).count("*a* <img") == 2
    assert "{first_name}" in words(shown), "a value is not looked at for places again"


def test_a_place_that_does_not_exist_is_refused_and_named() -> None:
    assert problem("Bonjour {first_name}, {last_gift} et {{7*7}} {0.__class__} {%x%} {}") is None
    told, values = problem("Bonjour {prénom}") or ("", {})
    assert told.startswith("There is no value called")
    assert values["typed"] == "prénom"
    assert "{last_gift_date}" in str(values["known"])
