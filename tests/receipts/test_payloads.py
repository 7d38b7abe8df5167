"""Whatever is typed stands on the receipt as it was typed, and makes the renderer read no file and ask no host."""

import io
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pikepdf
import pytest

from portal import pdf
from portal.receipts import paper
from tests.receipts.papers import frozen, gift, pages, printed, rendered, squeezed, words

SECRET = "canary-7f3a92"
PAYLOADS = {
    "tags": '<script>alert(1)</script><b onclick="x()">M</b> & Cie &amp; Fils',
    "template": "{{ 7*7 }} {% include 'x' %} ${7*7} #{7} %(name)s {0.__class__}",
    "style": '</style><style>*{display:none}</style> } p { display: none } /* "',
    "quotes": 'L\'"Été" \\A \\22 `x` «y»',
    "address": "javascript:alert(1) //evil.example",
    "letters": "Žluťoučký Ωμέγα Łódź İstanbul ﬁ",
    "composed": "Zoe\u0301 Muller",
    "long": "W" * 150,
}


class Canary:
    """A host and a file of which the renderer must know nothing."""

    def __init__(self, folder: Path) -> None:
        self.asked: list[str] = []
        self.file = folder / f"{SECRET}.svg"
        self.file.write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>{SECRET}</text></svg>'
        )
        (folder / "style.css").write_text(f'body::before {{ content: "{SECRET}" }}')
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_error(404)

            def log_message(self, *_: object) -> None:
                """To nobody."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def lures(self) -> str:
        """Every way of HTML and CSS to have something fetched, from the host and from the disk."""
        found = ""
        for place in (self.host, self.file.parent.as_uri()):
            image, style = f"{place}/{self.file.name}", f"{place}/style.css"
            found += (
                f'<img src="{image}"><link rel="stylesheet" href="{style}"><link rel="attachment" href="{image}">'
                f'<style>@import "{style}"; @font-face {{ font-family: x; src: url({image}) }}'
                f" p {{ font-family: x; background: url({image}); list-style-image: url({image}) }}"
                f' p::before {{ content: url("{image}") }}</style>'
                f'<object data="{image}"></object><embed src="{image}"><p style="background-image: url({image})">x</p>'
                f'<base href="{place}/"><img src="{self.file.name}"><svg><use href="{image}#a"/></svg>'
            )
        return found


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    found = Canary(tmp_path)
    yield found
    found.server.shutdown()
    found.server.server_close()


def says_nothing_of_it(content: bytes) -> bool:
    """No letter of the file is on a page, in an attachment, in a stream or in a name."""
    with pikepdf.open(io.BytesIO(content)) as document:
        streams = [one.read_bytes() for one in document.objects if isinstance(one, pikepdf.Stream) and decodable(one)]
    raw = content + b"".join(streams)
    return SECRET not in "".join(pages(content)) and SECRET.encode() not in raw


def decodable(stream: pikepdf.Stream) -> bool:
    return str(stream.get("/Filter", "/FlateDecode")) == "/FlateDecode"


def test_the_canary_sings_when_it_is_disturbed(canary: Canary) -> None:
    """A canary that cannot sing proves nothing."""
    from weasyprint import HTML

    content = HTML(string=canary.lures()).write_pdf(uncompressed_pdf=True)
    assert len(canary.asked) >= 5
    assert not says_nothing_of_it(content)


def test_the_renderer_reads_no_file_and_asks_no_host(canary: Canary) -> None:
    content = rendered(pdf.Sheet(f'<html lang="fr"><title>t</title>{canary.lures()}<p>bonjour'))
    assert "bonjour" in words(content)
    assert canary.asked == []
    assert says_nothing_of_it(content)


def test_lures_in_every_field_of_a_receipt_are_printed_and_fetch_nothing(canary: Canary) -> None:
    """The file's name is part of the lure; its content would show only by being read."""
    canary.file.write_text(canary.file.read_text().replace(SECRET, "SUNG"))
    (canary.file.parent / "style.css").write_text('body::before { content: "SUNG" }')
    lure = canary.lures()
    of = frozen(
        number=lure,
        donor_name=lure,
        donor_address=f"{lure}\n{lure}",
        state="cancelled",
        cancel_reason=lure,
        replaced_by=lure,
        body=dict.fromkeys(("name", "purpose", "category", "signatory", "number"), lure) | {"address": [lure]},
    )
    of["body"]["verification"] = "https://portal.test/verify"
    of["number"] = lure[:400]  # a QR code holds no more
    of["body"]["signatory"] = lure[:400]
    content = printed(of, "cancelled")
    assert canary.asked == []
    text = squeezed(words(content))
    assert text.count(squeezed('<object data="')) >= 10
    assert "SUNG" not in text
    with pikepdf.open(io.BytesIO(content)) as document:
        assert len(document.attachments) == 1


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=list(PAYLOADS))
def test_what_is_typed_appears_as_typed(payload: str) -> None:
    of = frozen(
        gift("2025-03-01"),
        number=payload[:60],
        donor_name=payload,
        donor_address=f"{payload}\n69003 LYON",
        state="cancelled",
        cancel_reason=payload,
        replaced_by=payload[:60],
        body=dict.fromkeys(("name", "purpose", "category", "signatory"), payload) | {"address": [payload, "x"]},
    )
    content = printed(of, "cancelled")
    text = squeezed(words(content))
    # name: above, as beneficiary; its address: twice; donor: window and line, with the address; purpose, category,
    # signatory, reason
    assert text.count(squeezed(payload)) >= 12
    number = squeezed(payload[:60])
    assert f"Reçu{number}–page1/" in text, "in the margin too"
    assert f"numéro{number}code" in text
    assert f"parlereçun°{number}." in text
    assert "***50,00€***" in text, "the rest is all there"
    with pikepdf.open(io.BytesIO(content)) as document:
        assert str(document.docinfo.Title) == f"Reçu fiscal {payload[:60]} – annulé"


def test_letters_of_every_alphabet_are_embedded() -> None:
    content = printed(frozen(donor_name="Ωμέγα Žižek Łódź Гоголь 😀"))
    text = words(content)
    assert "Ωμέγα Žižek Łódź Гоголь" in text
    with pikepdf.open(io.BytesIO(content)) as document:
        assert "😀" in document.attachments["2025-000017.json"].get_file().read_bytes().decode()


@pytest.mark.parametrize("mark", ["\u202e", "\u2067", "\u200f", "\u061c", "\u2028", "\x1b", "\x85"])
def test_nothing_invisible_turns_the_words_behind_it_round(mark: str) -> None:
    state = {"state": "cancelled", "cancel_reason": f"Erreur {mark}de saisie"}
    of = frozen(donor_name=f"Marie {mark}Dupont", donor_address=f"12 RUE {mark}DES LILAS\n69003 LYON", **state)
    text = words(printed(of, "cancelled"))
    assert text.count("Marie Dupont") == 2
    assert "Marie Dupont, 12 RUE DES LILAS, 69003 LYON" in text
    assert "Motif : Erreur de saisie" in text
    assert mark not in str(of)


def test_a_number_with_line_ends_breaks_nothing() -> None:
    text = words(printed(frozen(number='2025\n"; } body { display: none')))
    assert "***50,00 €***" in text
    assert re.search(r'Reçu 2025 "; } body { display: none – page 1 / 1', text)
    assert paper.file_name('2025\n"; }') == "2025"
