"""What stands on a receipt, frozen as one value of plain JSON: rendering it again gives the same bytes.

The mentions are those of the forms 11580*05 (2041-RD, individuals) and 16216*03 (2041-MEC-SD, companies), which
BOI-IR-RICI-250-40 makes compulsory whatever the layout.
"""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import segno
from jinja2 import Environment
from num2words import num2words

from portal import i18n
from portal.i18n import N_
from portal.pdf import ARCHIVE, Attachment, Seal, Sheet
from portal.receipts.models import Receipt
from portal.receipts.rules import is_body_number, is_siren
from portal.settings import Settings

Paper = dict[str, Any]

MEANS = {
    "cheque": "chèque", "card": "carte bancaire", "transfer": "virement", "debit": "prélèvement", "cash": "espèces",
    "other": "autre",
}  # fmt: skip
FORMS = {
    "authentic_deed": "acte authentique", "private_deed": "acte sous seing privé",
    "manual": "déclaration de don manuel", "other": "autre",
}  # fmt: skip
NATURES = {
    "cash": "numéraire", "securities": "titres de sociétés cotés",
    "waived_income": "abandon exprès de revenus ou de produits", "expenses": "frais engagés par les bénévoles",
    "other": "autre",
}  # fmt: skip
"""The words of the forms, in French in every language."""

BODY_MENTIONS = {
    "name": N_("ORGANISATION_NAME: the association's name"),
    "address": N_("ORGANISATION_ADDRESS: its address"),
    "purpose": N_("ORGANISATION_PURPOSE: its purpose"),
    "category": N_("ORGANISATION_CATEGORY: its category"),
    "signatory": N_("RECEIPT_SIGNATORY: who signs the receipts"),
}


UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters, and those that turn round whatever stands behind them: nobody would see why."""


def issuing_body(settings: Settings) -> dict[str, Any]:
    """The association as of today, as a receipt freezes it."""
    return {
        "name": settings.organisation_name.strip(),
        "address": [line.strip() for line in settings.organisation_address.split("|") if line.strip()],
        "number": settings.organisation_siren.strip(),
        "purpose": settings.organisation_purpose.strip(),
        "category": settings.organisation_category.strip(),
        "signatory": settings.receipt_signatory.strip(),
        "wealth_tax": settings.receipt_wealth_tax,
        "verification": f"{settings.base_url}/verify",
    }


def body_faults(body: dict[str, Any]) -> list[str]:
    """What is missing of the association: no receipt may be issued without it."""
    found = [text for name, text in BODY_MENTIONS.items() if not body[name]]
    if not is_body_number(body["number"]):
        found.append(N_("ORGANISATION_SIREN: its SIREN or RNA number"))
    return found


def freeze(receipt: Receipt, body: dict[str, Any]) -> Paper:
    paper: Paper = {
        "format": 1,
        "body": body,
        "number": receipt.number,
        "code": receipt.code,
        "fiscal_year": receipt.fiscal_year,
        "kind": receipt.kind,
        "article": receipt.article,
        "issued_on": receipt.issued_on.isoformat(),
        "amount": str(receipt.amount),
        "currency": receipt.currency,
        "donor": {
            "name": printable(receipt.donor_name),
            "address": [line for line in printable(receipt.donor_address).split("\n") if line.strip()],
            "siren": receipt.donor_siren,
        },
        "gifts": receipt.lines,
    }
    if receipt.state == "cancelled":
        on = receipt.cancelled_on.isoformat() if receipt.cancelled_on else ""
        paper["cancelled"] = {"on": on, "reason": printable(receipt.cancel_reason), "replaced_by": receipt.replaced_by}
    return paper


def is_readable(gift: Any) -> bool:
    """Does a line of a mirrored receipt say when, how much, and how, in the words of the reference schema?"""
    try:
        date.fromisoformat(gift["on"])
        amount = Decimal(gift["amount"])
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return False
    words = (("means", MEANS, ""), ("form", FORMS, "manual"), ("nature", NATURES, "cash"))
    return amount.is_finite() and all(gift.get(name, usual) in known for name, known, usual in words)


def faults(paper: Paper) -> list[str]:
    """Everything that keeps this paper from being a receipt."""
    donor, gifts = paper["donor"], paper["gifts"]
    if not all(map(is_readable, gifts)):
        return [*body_faults(paper["body"]), N_("a gift on it cannot be read")]
    amounts = [Decimal(gift["amount"]) for gift in gifts]
    wrong = {
        N_("the donor's name is missing"): not donor["name"].strip(),
        N_("the donor's address is not complete"): len(donor["address"]) < 2,  # noqa: PLR2004 - where, and which town
        N_("the company's SIREN number is missing or wrong"): paper["article"] == "238bis"
        and not is_siren(donor["siren"]),
        N_("it covers no gift"): not gifts,
        N_("a gift has no amount"): any(amount <= 0 for amount in amounts),
        N_("the gifts do not add up to its amount"): sum(amounts) != Decimal(paper["amount"]),
        N_("it is not in euros"): paper["currency"] != "EUR",
    }
    return body_faults(paper["body"]) + [text for text, is_so in wrong.items() if is_so]


def sheet(env: Environment, paper: Paper, variant: str, seal: Seal | None) -> Sheet:
    """In French whatever the donor's language: it is a French legal document."""
    with i18n.speaking("fr"):
        html = env.get_template("pdf/receipt.html").render(
            paper=paper,
            variant=variant,
            issued_on=date.fromisoformat(paper["issued_on"]),
            cancelled_on=_day(paper.get("cancelled", {}).get("on")),
            amount=i18n.money(Decimal(paper["amount"]), paper["currency"]),
            words=in_words(Decimal(paper["amount"])),
            gifts=[_line(gift, paper["currency"]) for gift in paper["gifts"]],
            first=_whole(min(gift["on"] for gift in paper["gifts"])),
            last=_whole(max(gift["on"] for gift in paper["gifts"])),
            code=spaced(paper["code"]),
            grouped=grouped,
            qr=segno.make(verification_address(paper), error="m").svg_data_uri(scale=2, border=0),
        )
    data = json.dumps(paper, ensure_ascii=False, indent=2, sort_keys=True)
    attachment = Attachment(
        f"{file_name(paper['number'])}.json", data, "Données du reçu fiscal", date.fromisoformat(paper["issued_on"])
    )
    return Sheet(html, ARCHIVE, attachment, seal)


def seal(settings: Settings) -> Seal | None:
    if not settings.receipt_certificate:
        return None
    return Seal(settings.receipt_certificate, settings.receipt_certificate_password, "Reçu fiscal")


def verification_address(paper: Paper) -> str:
    query = urlencode({"number": paper["number"], "code": paper["code"]})
    return f"{paper['body']['verification']}?{query}"


def spaced(code: str) -> str:
    """4F2A 91C0 77BE: as people read it aloud."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def grouped(number: str) -> str:
    """123 456 782: a SIREN as it is written; an RNA number as it is."""
    return f"{number[:3]}\u00a0{number[3:6]}\u00a0{number[6:]}" if is_siren(number) else number


def printable(text: str) -> str:
    return UNPRINTABLE.sub("", text)


def file_name(number: str) -> str:
    """The number as far as every system takes it for a name."""
    return re.sub(r"[^0-9A-Za-z_-]", "", number)


def in_words(amount: Decimal) -> str:
    """Cinquante euros et dix centimes."""
    euros, cents = divmod(int(amount * 100), 100)
    if not euros and cents:
        return f"{num2words(cents, lang='fr')} {'centime' if cents == 1 else 'centimes'}".capitalize()
    unit = "d’euros" if euros and euros % 1_000_000 == 0 else "euro" if euros < 2 else "euros"  # noqa: PLR2004 - plural from two on
    text = f"{num2words(euros, lang='fr')} {unit}"
    if cents:
        text += f" et {num2words(cents, lang='fr')} {'centime' if cents == 1 else 'centimes'}"
    return text[0].upper() + text[1:]


def _line(gift: dict[str, Any], currency: str) -> dict[str, str]:
    return {
        "day": i18n.day(date.fromisoformat(gift["on"])),
        "means": MEANS[gift["means"]],
        "form": FORMS[gift.get("form", "manual")],
        "nature": NATURES[gift.get("nature", "cash")],
        "amount": i18n.money(Decimal(gift["amount"]), currency),
    }


def _whole(text: str) -> str:
    """A day that no line end tears apart."""
    return i18n.day(date.fromisoformat(text)).replace(" ", "\u00a0")


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
