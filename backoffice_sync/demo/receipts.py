"""Tax receipts (reçus fiscaux): what was given, the donor as of the day, numbers without a gap.

Rules kept here, which a reader may check against the tables:

- a receipt covers received gifts only that nothing was given for in return, and its amount is their sum;
- gifts by debit are always on the annual receipt; so is everything else of a member who wishes so;
- the annual receipt of a year comes on 20 January after it, when the bank's refusals are known;
- less than 5 € (the one gift, or the year's sum) gives no receipt;
- no receipt without an address, nor to a company without SIREN, nor to a member who wants none;
- numbers run without a gap within the year of the gifts, cancelled ones included;
- a cancelled receipt is replaced by another over the same gifts, under a new number.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from backoffice_sync.central_file import CentralFile
from backoffice_sync.central_rows import Address, Document, Gift, Member, Receipt
from backoffice_sync.demo.chance import Chance
from backoffice_sync.demo.postal import address_lines, name_line

THRESHOLD = Decimal(5)
CANCEL_REASON = "Erreur de saisie dans le nom du donateur"
ISSUED_AFTER = timedelta(days=12)


@dataclass(frozen=True, slots=True)
class Draft:
    member: Member
    fiscal_year: int
    kind: str
    issued_on: date
    gifts: list[Gift]
    cancelled_on: date | None = None

    @property
    def amount(self) -> Decimal:
        return sum((gift.amount for gift in self.gifts), Decimal(0))


def add_receipts(file: CentralFile, today: date) -> None:
    """Issue every receipt due by today."""
    received: dict[int, list[Gift]] = defaultdict(list)
    for gift in file.rows(Gift):
        if gift.state == "received" and gift.deductible:
            received[gift.member_id].append(gift)
    homes: dict[int, list[Address]] = defaultdict(list)
    for address in file.rows(Address):
        if address.season_from is None:
            homes[address.member_id].append(address)
    drafts = [
        final
        for member in file.rows(Member)
        if homes[member.id] and _may_receive(member)
        for draft in _drafts(member, received[member.id])
        if draft.issued_on <= today and draft.amount >= THRESHOLD
        for final in _with_mistakes(draft, today)
    ]
    # in the order of issue: a number is taken when the receipt is
    drafts.sort(key=lambda draft: (draft.fiscal_year, draft.issued_on, draft.member.id, draft.gifts[0].id))
    numbers: dict[int, int] = defaultdict(int)
    cancelled: dict[int, Receipt] = {}
    for draft in drafts:
        numbers[draft.fiscal_year] += 1
        receipt = _issue(file, draft, f"{draft.fiscal_year}-{numbers[draft.fiscal_year]:06}", homes[draft.member.id])
        if former := cancelled.pop(draft.gifts[0].id, None):
            former.replaced_by = receipt.id
        if draft.cancelled_on:
            cancelled[draft.gifts[0].id] = receipt


def _may_receive(member: Member) -> bool:
    return member.receipt_rhythm != "none" and (member.kind == "person" or member.siren is not None)


def _drafts(member: Member, gifts: list[Gift]) -> list[Draft]:
    drafts = []
    years: dict[int, list[Gift]] = defaultdict(list)
    for gift in gifts:
        year = gift.given_on.year
        if member.receipt_rhythm == "annual" or gift.means == "debit":
            years[year].append(gift)
        else:
            drafts.append(Draft(member, year, "gift", gift.given_on + ISSUED_AFTER, [gift]))
    drafts += [Draft(member, year, "annual", date(year + 1, 1, 20), given) for year, given in years.items()]
    return drafts


def _with_mistakes(draft: Draft, today: date) -> list[Draft]:
    """One receipt in three hundred was wrong: it stays, cancelled, beside the one that replaces it."""
    chance = Chance(f"receipt of {draft.gifts[0].id}")
    replaced_on = draft.issued_on + timedelta(days=chance.randint(9, 40))
    if chance.happens(0.003) and replaced_on <= today:
        member, year, kind, gifts = draft.member, draft.fiscal_year, draft.kind, draft.gifts
        return [
            Draft(member, year, kind, draft.issued_on, gifts, cancelled_on=replaced_on),
            Draft(member, year, kind, replaced_on, gifts),
        ]
    return [draft]


def _issue(file: CentralFile, draft: Draft, number: str, homes: list[Address]) -> Receipt:
    member = draft.member
    home = max(homes, key=lambda home: (home.recorded_on <= draft.issued_on, home.recorded_on))
    receipt = file.add(
        Receipt(
            member_id=member.id,
            number=number,
            fiscal_year=draft.fiscal_year,
            kind=draft.kind,
            article="238bis" if member.kind == "company" else "200",
            issued_on=draft.issued_on,
            amount=draft.amount,
            state="cancelled" if draft.cancelled_on else "issued",
            cancelled_on=draft.cancelled_on,
            cancel_reason=CANCEL_REASON if draft.cancelled_on else "",
            donor_name=f"{name_line(member)} {member.legal_form}".strip(),
            donor_address="\n".join(address_lines(home)),
            donor_siren=member.siren or "",
        )
    )
    file.covered += [(receipt.id, gift.id) for gift in draft.gifts]
    file.add(
        Document(
            member_id=member.id,
            title=f"Reçu fiscal {number}",
            kind="receipt",
            direction="sent",
            dated_on=draft.issued_on,
        )
    )
    return receipt
