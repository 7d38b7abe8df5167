"""The file itself: PDF/A-3 level A, tagged, with its data inside, the same bytes every time, fit for the envelope."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pikepdf
import pytest
import segno

from portal import ROOT, pdf
from portal.receipts import paper
from portal.receipts.paper import Paper
from portal.web.templating import environment
from tests.receipts.papers import ASSOCIATION, frozen, gift, pages, pieces, printed, rendered

DEBITS = [gift(f"2025-{month:02}-05", "15.00", means="debit") for month in range(1, 13)]
SIX_LINES = [
    "RESIDENCE LES JARDINS DE LA MARTINIERE",
    "BATIMENT C ESCALIER 12 APPARTEMENT 456",
    "128 BIS AVENUE DU MARECHAL DE LATTRE D",
    "LIEU DIT LES GRANDES MAISONS BLANCHES.",
    "97400 SAINT DENIS DE LA REUNION CEDEX.",
    "REPUBLIQUE DEMOCRATIQUE DU MOZAMBIQUE.",
]
FAR_DONOR = "Mme Marie-Madeleine de La Rochefoucaul"


@pytest.fixture(scope="module")
def of() -> Paper:
    return frozen(*DEBITS, kind="annual")


@pytest.fixture(scope="module")
def content(of: Paper) -> bytes:
    return printed(of)


@pytest.fixture
def document(content: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(content)) as opened:
        yield opened


def test_it_says_to_be_pdf_a_3_level_a(document: pikepdf.Pdf) -> None:
    with document.open_metadata() as metadata:
        assert metadata.pdfa_status == "3A"
        assert metadata["dc:title"] == "Reçu fiscal 2025-000017"


def test_its_colours_are_described_inside(document: pikepdf.Pdf) -> None:
    [intent] = document.Root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp", "an ICC profile"


def test_it_is_tagged_in_french_and_shows_its_title(document: pikepdf.Pdf) -> None:
    root = document.Root
    assert bool(root.MarkInfo.Marked)
    assert str(root.Lang) == "fr"
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    tags = [str(tag.S) for tag in structure(root.StructTreeRoot)]
    assert tags.count("/H1") == 1
    assert tags.count("/H2") == 3
    assert tags.count("/TH") == 5
    assert tags.count("/TD") == 5 * len(DEBITS)
    [figure] = [tag for tag in structure(root.StructTreeRoot) if tag.S == "/Figure"]
    assert str(figure.Alt) == "Adresse de vérification de ce reçu"


def test_every_cell_knows_its_heading(document: pikepdf.Pdf) -> None:
    for tag in structure(document.Root.StructTreeRoot):
        if tag.S == "/TD":
            assert len(tag.A.Headers) == 1


def test_its_fonts_are_inside_with_their_letters(document: pikepdf.Pdf) -> None:
    fonts = [item for item in dictionaries(document) if item.get("/Type") == "/Font"]
    assert len(fonts) >= 6
    for font in fonts:
        if font.Subtype == "/Type0":
            assert "/ToUnicode" in font
        else:
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(font.FontDescriptor.keys())


def test_nothing_in_it_acts_or_leads_elsewhere(document: pikepdf.Pdf) -> None:
    assert "/OpenAction" not in document.Root
    for item in dictionaries(document):
        assert not {"/JS", "/JavaScript", "/AA", "/Launch", "/URI", "/GoToR", "/RichMedia", "/Encrypt"} & set(item)
        assert str(item.get("/S", "")) not in {"/JavaScript", "/Launch", "/URI", "/SubmitForm", "/GoToR", "/Movie"}
        assert item.get("/Subtype") != "/Link"


def test_its_data_are_inside_for_machines(document: pikepdf.Pdf, of: Paper) -> None:
    attached = document.Root.AF[0]
    assert {one.objgen for one in document.Root.AF} == {attached.objgen}, "WeasyPrint names it twice"
    assert attached.AFRelationship == "/Data"
    assert str(attached.UF) == "2025-000017.json"
    assert attached.EF.F.Subtype == "/application/json"
    assert json.loads(attached.EF.F.read_bytes()) == of
    assert list(document.attachments) == ["2025-000017.json"]


def test_its_dates_are_the_receipts_and_not_todays(document: pikepdf.Pdf) -> None:
    assert str(document.Root.AF[0].EF.F.Params.CreationDate) == "D:20260120120000Z"
    assert str(document.docinfo.CreationDate).startswith("D:20260120")
    assert str(document.docinfo.ModDate).startswith("D:20260120")


RENDER_AGAIN = """
import sys, json
from portal import pdf
from portal.receipts import paper
from portal.web.templating import environment
from tests.receipts.papers import ASSOCIATION, frozen
if __name__ == "__main__":
    env = environment(ASSOCIATION)
    pdf.render(paper.sheet(env, frozen(donor_name="Žluťoučký Ωμέγα"), "duplicate", None))
    again = paper.sheet(env, json.load(sys.stdin), "original", None)
    sys.stdout.buffer.write(pdf.render(again))
"""


def test_another_day_in_another_process_the_frozen_data_give_the_same_bytes(content: bytes, of: Paper) -> None:
    """Not even the order in which the database gives the data back plays a part."""
    turned = json.dumps(dict(reversed(of.items())))
    for seed in ("1", "2"):
        there = os.environ | {"PYTHONHASHSEED": seed, "TZ": "Pacific/Auckland"}
        command = [sys.executable, "-c", RENDER_AGAIN]
        again = subprocess.run(command, cwd=ROOT, input=turned.encode(), env=there, capture_output=True, check=True)
        assert again.stdout == content


def test_another_receipt_gives_other_bytes(content: bytes) -> None:
    assert printed(frozen(*DEBITS, kind="annual", code="4F2A91C077BF")) != content


def test_twelve_debits_stand_on_one_page(content: bytes) -> None:
    assert len(pages(content)) == 1


def test_sixty_gifts_run_over_pages_with_the_header_repeated() -> None:
    gifts = [gift(f"2025-{1 + number // 5:02}-{1 + number % 5:02}", "10.10") for number in range(60)]
    found = pages(printed(frozen(*gifts)))
    assert len(found) == 2
    for number, page in enumerate(found, 1):
        assert page.count("Date du versement") == 1
        assert f"Reçu 2025-000017 – page {number} / 2" in page
    assert sum(page.count("10,10") for page in found) == 60
    last = found[-1]
    assert last.index("certifie sur l’honneur") < last.index("Hélène Marchand") < last.index("1740 A")


@pytest.mark.parametrize(
    ("name", "lines"), [("Mme Marie Dupont", ["12 BIS RUE DES LILAS", "69003 LYON"]), (FAR_DONOR, SIX_LINES)]
)
def test_the_address_stands_in_the_window_of_the_envelope(name: str, lines: list[str]) -> None:
    """Of a DL envelope: 100 to 200 mm from the left, 45 to 90 mm from above."""
    assert all(len(line) <= 38 for line in (name, *lines))
    around = [
        piece
        for piece in pieces(printed(frozen(donor_name=name, donor_address="\n".join(lines))))
        if piece.right > 100 and 40 < piece.baseline < 95
    ]
    assert len(around) == len(lines) + 1, "each line on one line"
    for piece in around:
        assert piece.left >= 105
        assert piece.right <= 197
        assert piece.baseline - piece.size >= 47
        assert piece.baseline + piece.size / 3 <= 88


def test_an_address_that_is_too_long_pushes_the_rest_down_and_leaves_the_page_nowhere() -> None:
    content = printed(frozen(donor_name="W" * 120, donor_address="\n".join(["WM" * 60] * 6)))
    drawn = pieces(content)
    assert max(piece.right for piece in drawn) <= 201
    assert "W" * 120 in "".join("".join(pages(content)).split())
    below = [piece.baseline for piece in drawn if 14 < piece.left < 20 and piece.baseline > 50]
    assert min(below) > max(piece.baseline for piece in drawn if 107 < piece.left < 109 and piece.size > 3.4)


def test_the_square_leads_to_the_verification_of_this_receipt(of: Paper) -> None:
    sheet = paper.sheet(environment(ASSOCIATION), of, "original", None)
    address = "https://portal.test/verify?number=2025-000017&code=4F2A91C077BE"
    assert paper.verification_address(of) == address
    [shown] = re.findall(r'<img src="([^"]+)"', sheet.html)
    assert shown == segno.make(address, error="m").svg_data_uri(scale=2, border=0)


def test_a_plain_letter_stays_what_it_was() -> None:
    content = rendered(pdf.Sheet('<html lang="fr"><title>Lettre</title><p>Bonjour'))
    with pikepdf.open(io.BytesIO(content)) as document:
        assert b"pdfuaid" in document.Root.Metadata.read_bytes()
        assert "/AF" not in document.Root


def structure(tag: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """The tags below this one."""
    below = tag.get("/K")
    for child in below if isinstance(below, pikepdf.Array) else [below]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from structure(child)


def dictionaries(document: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    """Every dictionary of the file, those inside others too."""
    found: list[pikepdf.Dictionary] = []

    def collect(item: object) -> None:
        plain = item.stream_dict if isinstance(item, pikepdf.Stream) else item
        inside: list[object] = []
        if isinstance(plain, pikepdf.Dictionary):
            found.append(plain)
            inside = list(plain.values())
        elif isinstance(plain, pikepdf.Array):
            inside = list(plain)
        for value in inside:
            if isinstance(value, pikepdf.Object) and not value.is_indirect:
                collect(value)

    for item in document.objects:
        collect(item)
    return found
