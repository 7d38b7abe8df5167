"""Receipts printed without a database, and what stands where on the printed page."""

import io
import multiprocessing
import unicodedata
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pikepdf
from pypdf import PdfReader

from portal import pdf
from portal.receipts import paper
from portal.receipts.models import Receipt
from portal.receipts.paper import Paper
from portal.settings import Settings
from portal.web.templating import environment
from tests.conftest import SECRET

ASSOCIATION = Settings(database_url="postgresql://nowhere", secret_key=SECRET, base_url="https://portal.test")
ADDRESS = "12 BIS RUE DES LILAS\n69003 LYON"
MILLIMETRES = 25.4 / 96
"""WeasyPrint draws in CSS pixels."""


def gift(on: str = "2025-06-05", amount: str = "50.00", **more: str) -> dict[str, str]:
    return {"gift": on, "on": on, "amount": amount, "means": "cheque", "form": "manual", "nature": "cash"} | more


def receipt(*gifts: dict[str, str], **more: Any) -> Receipt:
    """A valid receipt, of one gift unless there are others."""
    lines = list(gifts) or [gift()]
    plain = {
        "number": "2025-000017", "code": "4F2A91C077BE", "fiscal_year": 2025, "kind": "gift", "article": "200",
        "issued_on": date(2026, 1, 20), "amount": sum((Decimal(line["amount"]) for line in lines), Decimal(0)),
        "currency": "EUR", "state": "issued", "donor_name": "Mme Marie Dupont", "donor_address": ADDRESS,
        "donor_siren": "", "cancelled_on": None, "cancel_reason": "", "replaced_by": "",
    }  # fmt: skip
    return Receipt(lines=lines, **(plain | more))


def frozen(*gifts: dict[str, str], body: Any = None, **more: Any) -> Paper:
    return paper.freeze(receipt(*gifts, **more), paper.issuing_body(ASSOCIATION) | (body or {}))


def printed(of: Paper, variant: str = "original", seal: pdf.Seal | None = None) -> bytes:
    return rendered(paper.sheet(environment(ASSOCIATION), of, variant, seal))


def squeezed(text: str) -> str:
    """Without the spaces, which readers of PDFs guess, and without ligatures, which fonts make."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def rendered(sheet: pdf.Sheet) -> bytes:
    """In a process of its own, as it is done in earnest."""
    return _renderer().submit(pdf.render, sheet).result(pdf.PATIENCE_SECONDS)


@cache
def _renderer() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def words(content: bytes) -> str:
    """All text of all pages, however the lines were broken."""
    return " ".join("\n".join(pages(content)).split())


@dataclass(frozen=True)
class Piece:
    """Glyphs on one line in one font; in millimetres from the left and from the top."""

    left: float
    right: float
    baseline: float
    size: float


def pieces(content: bytes) -> list[Piece]:
    """Of the first page, in the order of drawing."""
    document = pikepdf.open(io.BytesIO(content))
    page = document.pages[0]
    widths = {str(name): _widths(font) for name, font in page.Resources.Font.items()}
    found, left, baseline, font, size = [], 0.0, 0.0, "", 0.0
    for instruction in pikepdf.parse_content_stream(page):
        operands, operator = instruction.operands, instruction.operator
        if str(operator) == "Tm":
            left, baseline = float(operands[4]), float(operands[5])
        elif str(operator) == "Tf":
            font, size = str(operands[0]), float(operands[1])
        elif str(operator) == "TJ":
            width = sum(_advance(item, widths[font]) for item in operands[0]) * size / 1000
            found.append(
                Piece(left * MILLIMETRES, (left + width) * MILLIMETRES, baseline * MILLIMETRES, size * MILLIMETRES)
            )
    return found


def _advance(item: Any, widths: dict[int, float]) -> float:
    if not isinstance(item, pikepdf.String):
        return -float(item)
    glyphs = bytes(item)
    return sum(widths[int.from_bytes(glyphs[at : at + 2])] for at in range(0, len(glyphs), 2))


def _widths(font: Any) -> dict[int, float]:
    found: dict[int, float] = {}
    groups = list(font.DescendantFonts[0].W)
    for first, run in zip(groups[::2], groups[1::2], strict=True):
        found |= {int(first) + at: float(width) for at, width in enumerate(run)}
    return found
