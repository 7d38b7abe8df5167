"""A member at the desk: everything that the donor sees, and what they do not. Each page that is opened is noted."""

from typing import Any
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n, journal, markup
from portal.addresses.rules.derived import derived
from portal.changes import GROUP_WORDS, STATUS_WORDS
from portal.consents import queries as consents
from portal.consents.rules import RHYTHMS, labels
from portal.gifts import queries as gifts
from portal.gifts import rules as gift_rules
from portal.links import queries as links
from portal.links import rules as link_rules
from portal.mandates import queries as mandates
from portal.mandates import rules as mandate_rules
from portal.members.rules import addressee, full_name
from portal.memos import queries as memos
from portal.phones.rules import HOME_COUNTRY, KINDS, shown
from portal.preferences import queries as preferences
from portal.profile import queries as profiles
from portal.profile.rules import envelope
from portal.receipts import queries as receipts
from portal.requests import queries as requests
from portal.requests import rules as request_rules
from portal.security.rules import details
from portal.staff import queries, rules
from portal.tracking.rules import LANGUAGES, facts
from portal.web import forms
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.pagination import PER_PAGE, Pages
from portal.web.session import HTTPRequest
from portal.web.templating import page

STAFF = {"for_staff": True}
PATH = "/staff/members/{member_id:uuid}"
MOST_REQUESTS = 10
EVERYTHING = gift_rules.Choice()


@get(PATH, opt=STAFF)
async def show_member(request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID]) -> Template:
    await _note(request, db, member_id)
    return await record_page(request, db, member_id, forms.Form({}))


@get(f"{PATH}/giving", opt=STAFF)
async def show_giving(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID], number: FromQuery[int] = 1
) -> Template:
    await _note(request, db, member_id)
    donor = Donor(member_id)
    overview = await gifts.overview(db, donor, EVERYTHING)
    pages = Pages(number, overview.count)
    return page(
        "staff/giving",
        **await _subject(request, db, member_id, "/giving"),
        pages=pages,
        totals=overview.totals,
        gifts=await gifts.listed(db, donor, EVERYTHING, offset=pages.offset, limit=PER_PAGE),
        mandates=await mandates.listed(db, donor),
        receipts=await receipts.listed(db, donor),
        means=gift_rules.MEANS,
        gift_states=gift_rules.STATES,
        marks=gift_rules.MARKS,
        reason_words=gift_rules.reason_words,
        mandate_states=mandate_rules.STATES,
        rhythms=mandate_rules.RHYTHMS,
    )


@get(f"{PATH}/changes", opt=STAFF)
async def show_changes(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID], number: FromQuery[int] = 1
) -> Template:
    await _note(request, db, member_id)
    pages = Pages(number, await queries.count(db, member_id, "changes"))
    recorded = await queries.changes(db, member_id, offset=pages.offset, limit=PER_PAGE)
    return page(
        "staff/changes",
        **await _subject(request, db, member_id, "/changes"),
        pages=pages,
        changes=[(change, facts(change)) for change in recorded],
        conflicts=await queries.open_conflicts(db, member_id),
        requests=await requests.listed(db, Donor(member_id), offset=0, limit=MOST_REQUESTS),
        handled=request_rules.HANDLED if request.user.role in request_rules.ROLES else [],
        request_title=request_rules.title,
        request_states=request_rules.STATES,
        words=STATUS_WORDS,
        groups=GROUP_WORDS,
    )


@get(f"{PATH}/links", opt=STAFF)
async def show_links(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID], number: FromQuery[int] = 1
) -> Template:
    await _note(request, db, member_id)
    donor = Donor(member_id)
    total, enquiry = await links.overview(db, donor)
    pages = Pages(number, total)
    found = await links.listed(db, donor, offset=pages.offset, limit=PER_PAGE)
    return page(
        "staff/links",
        **await _subject(request, db, member_id, "/links"),
        pages=pages,
        links=found,
        days=[(link_rules.DESK_DAYS[name], day) for name, day in vars(enquiry).items() if day],
        kinds=link_rules.KINDS,
        states=link_rules.STATES,
    )


@get(f"{PATH}/journal", opt=STAFF)
async def show_journal(
    request: HTTPRequest, db: NamedDependency[AsyncSession], member_id: FromPath[UUID], number: FromQuery[int] = 1
) -> Template:
    await _note(request, db, member_id)
    pages = Pages(number, await queries.count(db, member_id, "journal"))
    entries = await queries.journal_of(db, member_id, offset=pages.offset, limit=PER_PAGE)
    return page(
        "staff/journal",
        **await _subject(request, db, member_id, "/journal"),
        pages=pages,
        entries=[(entry, journal.KINDS[entry.kind], details(entry.kind, entry.data)) for entry in entries],
    )


async def record_page(
    request: HTTPRequest, db: AsyncSession, member_id: UUID, form: forms.Form, status: int = 200
) -> Template:
    subject = await _subject(request, db, member_id, "")
    donor = Donor(member_id)
    profile = await profiles.profile(db, donor)
    address = profiles.address_value(profile.address)
    standing = await consents.standing(db, member_id)
    wish, _ = await preferences.wish_and_language(db, donor)
    memo = await memos.stored(db, member_id)
    return page(
        "staff/member",
        status,
        **subject,
        form=form,
        profile=profile,
        emails=[(email, _state(email)) for email in profile.emails],
        phones=[(shown(phone.number, address.country or HOME_COUNTRY), KINDS.get(phone.kind, ""))
                for phone in profile.phones],
        lines=envelope(address, addressee(subject["member"])) if profile.address else [],
        others=[", ".join(envelope(profiles.address_value(row), addressee="")) for row in profile.addresses
                if not row.is_main],
        address_forms=derived(address) if profile.address else [],
        language=LANGUAGES.get(subject["member"].language, subject["member"].language),
        wish=wish,
        objections=labels(standing.choice.objections) if standing else [],
        agreements=labels(standing.choice.consents) if standing else [],
        rhythm=RHYTHMS.get(standing.choice.post_rhythm, "") if standing else "",
        conflicts=await queries.open_conflicts(db, member_id),
        groups=GROUP_WORDS,
        memo=memo,
        memo_html=markup.html(memo.body) if memo else "",
        shown=await memos.history(db, member_id),
    )  # fmt: skip


async def _note(request: HTTPRequest, db: AsyncSession, member_id: UUID) -> None:
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=member_id)


async def _subject(request: HTTPRequest, db: AsyncSession, member_id: UUID, tab: str) -> dict[str, Any]:
    """Whom all of a member's pages are about, and the way from one to the other."""
    member = await queries.member(db, member_id)
    if member is None:
        raise NotFound
    path = f"/staff/members/{member_id}"
    tabs = [(f"{path}{end}", label, end == tab) for end, label, roles in rules.TABS if request.user.role in roles]
    return {"member": member, "title": full_name(member) or member.number, "path": path, "tabs": tabs}


def _state(email: Any) -> str:
    """What is known of an e-mail address, in words; nothing where it has never been used."""
    for column, words in rules.EMAIL_STATES:
        if known := getattr(email, column):
            return i18n.gettext(words) % {"day": i18n.day(known)}
    return ""


HANDLERS = [show_member, show_giving, show_changes, show_links, show_journal]
