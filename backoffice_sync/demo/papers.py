"""Letters of the archive, with a small real PDF each, and what ties members to the association beside gifts."""

from datetime import date, timedelta
from decimal import Decimal

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Document, Link, Member
from backoffice_sync.demo.chance import Chance

LETTERS = ("Lettre du donateur", "Demande de brochure legs", "Changement d'adresse par courrier")
WELCOME = "Lettre de bienvenue"
US = "Le service donateurs"
EVENTS = ("Rencontre des donateurs à Quimper", "Journée portes ouvertes", "Marche solidaire de printemps")
PETITIONS = ("Pour un toit toute l'année", "Pour l'accès aux soins partout", "Contre le gaspillage alimentaire")
CHILDREN = ("Awa, 8 ans", "Joseph, 11 ans", "Lina, 6 ans", "Tiago, 9 ans")


def add_documents(file: CentralFile, member: Member, chance: Chance, today: date) -> None:
    joined_on = member.joined_on or today
    if chance.happens(0.4):
        add_letter(file, member, WELCOME, "sent", min(today, joined_on + timedelta(days=6)))
    if chance.happens(0.05):
        add_letter(file, member, chance.choice(LETTERS), "received", chance.day_between(joined_on, today))


def add_letter(file: CentralFile, member: Member, title: str, direction: str, dated_on: date) -> None:
    name = member.company_name or f"{member.first_name} {member.last_name}"
    author = US if direction == "sent" else name
    content = pdf(title, f"{dated_on:%d/%m/%Y}", f"N° {member.number}, {name}")
    file.add(
        Document(
            member_id=member.id, title=title, kind="letter", direction=direction, dated_on=dated_on, author=author,
            for_member=True, media_type="application/pdf", content=content,
        )
    )  # fmt: skip


def add_links(file: CentralFile, member: Member, chance: Chance, today: date) -> None:
    """A share of the members has one or the other; each draws for itself."""
    lately, soon = today - timedelta(days=chance.randint(20, 900)), today + timedelta(days=chance.randint(10, 120))

    def add(kind: str, title: str, starts_on: date, state: str, **more: object) -> None:
        file.add(Link(member_id=member.id, kind=kind, title=title, starts_on=starts_on, state=state, **more))  # type: ignore[arg-type]

    if chance.happens(0.06):
        add("petition", chance.choice(PETITIONS), lately, "done")
    if chance.happens(0.04):
        add("subscription", "Le journal, quatre numéros par an", lately, "active", amount=Decimal(16))
    if chance.happens(0.03):
        add("event", chance.choice(EVENTS), soon, "planned")
    if chance.happens(0.02):
        add("sponsorship", chance.choice(CHILDREN), lately, "active", amount=Decimal(28))


def add_every_link(file: CentralFile, member: Member, today: date) -> None:
    """One of each kind, for who shows them."""

    def ago(days: int) -> date:
        return today - timedelta(days=days)

    for link in (
        Link(member_id=member.id, kind="sponsorship", title=CHILDREN[0], detail="École du village de Keur Massar",
             starts_on=ago(800), amount=Decimal(28), state="active"),
        Link(member_id=member.id, kind="subscription", title="Le journal, quatre numéros par an", starts_on=ago(120),
             ends_on=today + timedelta(days=245), amount=Decimal(16), state="active"),
        Link(member_id=member.id, kind="event", title=EVENTS[0], detail="Deux places au premier rang",
             starts_on=today + timedelta(days=21), state="planned"),
        Link(member_id=member.id, kind="event", title=EVENTS[1], starts_on=ago(400), state="done"),
        Link(member_id=member.id, kind="petition", title=PETITIONS[0], starts_on=ago(60), state="done"),
        Link(member_id=member.id, kind="order", title="Cartes de vœux, 2 paquets", starts_on=ago(30),
             amount=Decimal("19.80"), state="active"),
    ):  # fmt: skip
        file.add(link)


def pdf(*lines: str) -> bytes:
    """A page with these lines, in the least that a reader of PDF asks for (ISO 32000-1)."""
    shown = " ".join(f"({_escaped(line)}) Tj 0 -24 Td" for line in lines)
    page = f"BT /F 16 Tf 72 760 Td {shown} ET".encode("cp1252", "replace")
    box = b"/MediaBox [0 0 595 842]"
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R %b /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>" % box,
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(page), page),
        font,
    )
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + end


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
