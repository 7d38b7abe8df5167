"""Campaigns and opportunities become campaigns and gifts; payments explain the gifts."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from backoffice_sync.central_rows import Campaign, Gift, Member
from backoffice_sync.npsp import values
from backoffice_sync.npsp.export import Export
from backoffice_sync.npsp.report import Outcome
from backoffice_sync.npsp.table import Record
from backoffice_sync.npsp.values import BadValueError

STATES = {"Closed Won": "received", "Posted": "received", "Pledged": "pending"}
WRITTEN_OFF = {"true": True, "false": False, "": False}


@dataclass(frozen=True, slots=True)
class Payment:
    record: Record
    amount: Decimal
    is_written_off: bool


def take_campaigns(export: Export) -> None:
    for record in export.records["campaign"]:
        if record["name"]:
            campaign = export.base.add(Campaign(code=f"N{record.id:0>6}", name=record["name"]))
            export.campaigns[record.id] = campaign.id
            export.report.note(record, Outcome.TAKEN)
        else:
            export.report.note(record, Outcome.LEFT_OUT, "no name")


def take_gifts(export: Export) -> None:
    payments = _payments(export)
    for opportunity in export.records["opportunity"]:
        own = payments.pop(opportunity.id, [])
        try:
            repairs = _take(export, opportunity, own)
        except BadValueError as error:
            export.report.note(opportunity, Outcome.LEFT_OUT, str(error))
            outcome, reason = Outcome.LEFT_OUT, f"opportunity {opportunity.id} is not a gift here"
        else:
            export.report.accept(opportunity, repairs)
            outcome, reason = Outcome.FOLDED, f"explains the gift of opportunity {opportunity.id}"
        for payment in own:
            export.report.note(payment.record, outcome, reason)
    for opportunity_id, orphans in payments.items():
        for payment in orphans:
            reason = f"opportunity {opportunity_id!r} is unknown"
            export.report.note(payment.record, Outcome.LEFT_OUT, reason)


def _payments(export: Export) -> dict[str, list[Payment]]:
    payments: dict[str, list[Payment]] = defaultdict(list)
    for record in export.records["payment"]:
        try:
            amount = values.amount(record["npe01__Payment_Amount__c"])
            is_written_off = _is_written_off(record["npe01__Written_Off__c"])
        except BadValueError as error:
            export.report.note(record, Outcome.LEFT_OUT, str(error))
        else:
            payments[record["npe01__opportunity__c"]].append(Payment(record, amount, is_written_off))
    return payments


def _is_written_off(text: str) -> bool:
    try:
        return WRITTEN_OFF[text.lower()]
    except KeyError:
        raise BadValueError(f"written off {text!r} is neither true nor false") from None


def _take(export: Export, opportunity: Record, payments: list[Payment]) -> list[str]:
    """Add the gift; answer with what differs from the opportunity as it stood."""
    stage = opportunity["stage_name"]
    if stage not in STATES:
        raise BadValueError(f"stage {stage!r} is not a gift")
    promised = values.amount(opportunity["amount"])
    lost = sum((payment.amount for payment in payments if payment.is_written_off), Decimal(0))
    if lost >= promised:
        raise BadValueError("written off altogether")
    repairs = [f"{lost} of {promised} written off"] if lost else []
    paid = sum((payment.amount for payment in payments), Decimal(0))
    if payments and paid != promised:
        repairs.append(f"its payments add up to {paid}, not {promised}: the opportunity is believed")
    campaign = opportunity["campaign_id"]
    if campaign and campaign not in export.campaigns:
        repairs.append(f"campaign {campaign!r} is unknown: taken without")
    gift = Gift(
        member_id=_giver(export, opportunity).id,
        given_on=values.day(opportunity["close_date"]),
        amount=promised - lost,
        currency=export.currency,
        means="other",
        state=STATES[stage],
        campaign_id=export.campaigns.get(campaign),
    )
    export.base.add(gift)
    return repairs


def _giver(export: Export, opportunity: Record) -> Member:
    contact, account = opportunity["primary_contact__c"], opportunity["account_id"]
    if contact:
        # never another member of the household: whose gift it is would be a guess
        if contact not in export.contacts:
            raise BadValueError(f"primary contact {contact!r} is not in the base")
        return export.contacts[contact]
    if account in export.organisations:
        return export.organisations[account]
    if export.households.get(account):
        return export.households[account][0]
    raise BadValueError(f"account {account!r} is unknown" if account else "neither primary contact nor account")
