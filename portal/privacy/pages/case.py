"""One data request: its clock, and the steps from the first doubt to the proof that the answer arrived."""

from collections.abc import Awaitable, Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, i18n, journal
from portal.erasure.queries import is_erased
from portal.exports import queries as exports
from portal.i18n import N_
from portal.members.rules import addressee
from portal.privacy import queries
from portal.privacy.actions import answering, steps
from portal.privacy.forms import chosen, parse_decision, parse_delivery, words
from portal.privacy.pages.desk import DESK, HANDLE
from portal.privacy.queries import Standing
from portal.privacy.rules import answers, legal_clock
from portal.profile import queries as profiles
from portal.profile.rules import envelope
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

CASE = f"{DESK}/{{case_id:uuid}}"
CHECKED = "checked-"
"""Before the name of an item, in the form."""


@get(CASE, opt=HANDLE)
async def show_case(request: HTTPRequest, db: NamedDependency[AsyncSession], case_id: FromPath[UUID]) -> Template:
    found = await _found(db, case_id)
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=found.case.member_id)
    return await _case_page(db, found, forms.Form({}))


@get(f"{CASE}/letter", opt=HANDLE)
async def show_letter(request: HTTPRequest, db: NamedDependency[AsyncSession], case_id: FromPath[UUID]) -> Template:
    """To print, for whoever has no e-mail address: that it takes longer, or what was decided."""
    found = await _found(db, case_id)
    if not (found.case.extended_on or found.case.answered_on) or found.member is None:
        raise NotFound
    await journal.write(db, "staff.member.viewed", actor=request.user.actor, member_id=found.case.member_id)
    place = (await profiles.profile(db, Donor(found.member.id))).address
    name = addressee(found.member)
    lines = envelope(profiles.address_value(place), name) if place else [name]
    i18n.language.set(i18n.choose(found.member.language))  # of this answer alone
    return page("privacy/letter", one=found, lines=lines, words=answers)


@post(f"{CASE}/identity-question", opt=HANDLE)
async def ask_for_proof(
    request: HTTPRequest, db: NamedDependency[AsyncSession], case_id: FromPath[UUID]
) -> Response[Any]:
    form, found = await forms.read(request, ()), await _found(db, case_id)
    done = steps.ask_for_proof(db, case_id, actor=request.user.actor)
    return await _taken(request, db, found, form, done, flash="data-proof-asked")


@post(f"{CASE}/identity", opt=HANDLE)
async def save_proof(request: HTTPRequest, db: NamedDependency[AsyncSession], case_id: FromPath[UUID]) -> Response[Any]:
    form, found = await forms.read(request, {"proof_of_identity"}), await _found(db, case_id)
    words(form, "proof_of_identity", N_("Say what you have seen. Without it the request cannot be answered."))
    if not form.ok:
        return await _case_page(db, found, form, 422)
    done = steps.prove(db, case_id, form["proof_of_identity"], actor=request.user.actor)
    return await _taken(request, db, found, form, done, flash="data-proved")


@post(f"{CASE}/extension", opt=HANDLE)
async def save_extension(
    request: HTTPRequest, db: NamedDependency[AsyncSession], case_id: FromPath[UUID]
) -> Response[Any]:
    form, found = await forms.read(request, {"reason", "notice"}), await _found(db, case_id)
    words(form, "reason", N_("Say why it takes longer. The member reads it."))
    by = chosen(form, "notice", ("mail", "post"), N_("Choose how the member is told."))
    if by == "mail" and not await queries.mail_address(db, found.case.member_id):
        form.refuse("notice", N_("We have no e-mail address that works: send the letter, and note it here."))
    if not legal_clock.may_extend(found.clock, clock.today()):
        form.refuse("reason", N_("The first month is over: the law lets nobody take more time now."))
    if not form.ok:
        return await _case_page(db, found, form, 422)
    done = steps.extend(db, case_id, form["reason"], by_post=by == "post", actor=request.user.actor)
    return await _taken(request, db, found, form, done, flash="data-extended")


@post(f"{CASE}/checklist", opt=HANDLE)
async def save_checklist(
    request: HTTPRequest, db: NamedDependency[AsyncSession], case_id: FromPath[UUID]
) -> Response[Any]:
    found = await _found(db, case_id)
    names = {f"{CHECKED}{item}": item for item in answers.CHECKLIST.get(found.asked.about, {})}
    form = await forms.read(request, {*names, "third_parties"})
    if form["third_parties"]:
        chosen(form, "third_parties", ("yes", "no"), "")
    ticked = [item for name, item in names.items() if form[name]]
    others = {"yes": True, "no": False}.get(form["third_parties"], found.case.third_parties)
    done = steps.check(db, case_id, ticked, third_parties=others)
    return await _taken(request, db, found, form, done, flash="data-checked")


@post(f"{CASE}/building", opt=HANDLE)
async def build_answer(
    request: HTTPRequest, db: NamedDependency[AsyncSession], case_id: FromPath[UUID]
) -> Response[Any]:
    form, found = await forms.read(request, ()), await _found(db, case_id)
    if found.asked.about not in answers.BUILT:
        raise NotFound
    done = answering.order(db, case_id, actor=request.user.actor)
    return await _taken(request, db, found, form, done, flash="data-ordered", beside="building")


@post(f"{CASE}/release", opt=HANDLE)
async def release_answer(
    request: HTTPRequest, db: NamedDependency[AsyncSession], case_id: FromPath[UUID]
) -> Response[Any]:
    form, found = await forms.read(request, ()), await _found(db, case_id)
    if found.asked.about not in answers.BUILT:
        raise NotFound
    done = answering.release(db, case_id, actor=request.user.actor)
    return await _taken(request, db, found, form, done, flash="data-released", beside="release")


@post(f"{CASE}/answer", opt=HANDLE)
async def save_decision(
    request: HTTPRequest, db: NamedDependency[AsyncSession], case_id: FromPath[UUID]
) -> Response[Any]:
    form, found = await forms.read(request, {"outcome", "refusal", "text"}), await _found(db, case_id)
    decision = parse_decision(form, found.asked.about)
    if not form.ok:
        return await _case_page(db, found, form, 422)
    flash = "data-answered-erased" if await is_erased(db, found.case.member_id) else "data-answered"
    done = answering.decide(db, case_id, decision, actor=request.user.actor)
    return await _taken(request, db, found, form, done, flash=flash, beside="outcome")


@post(f"{CASE}/closing", opt=HANDLE)
async def close_case(request: HTTPRequest, db: NamedDependency[AsyncSession], case_id: FromPath[UUID]) -> Response[Any]:
    form, found = await forms.read(request, {"delivered_by", "delivered_on", "proof"}), await _found(db, case_id)
    delivery = parse_delivery(form, found.case.received_on)
    if delivery is None:
        return await _case_page(db, found, form, 422)
    done = answering.close(db, case_id, delivery, actor=request.user.actor)
    return await _taken(request, db, found, form, done, flash="data-closed", beside="delivered_by")


@post(f"{CASE}/lifting", opt=HANDLE)
async def lift_restriction(
    request: HTTPRequest, db: NamedDependency[AsyncSession], case_id: FromPath[UUID]
) -> Response[Any]:
    form, found = await forms.read(request, {"lifting_notice"}), await _found(db, case_id)
    words(form, "lifting_notice", N_("Say how the member was told: the law wants it before the restriction is lifted."))
    if not form.ok:
        return await _case_page(db, found, form, 422)
    done = answering.lift(db, case_id, form["lifting_notice"], actor=request.user.actor)
    return await _taken(request, db, found, form, done, flash="data-lifted")


async def _found(db: AsyncSession, case_id: UUID) -> Standing:
    found = await queries.one(db, case_id)
    if found is None:
        raise NotFound
    return found


async def _taken(
    request: HTTPRequest,
    db: AsyncSession,
    found: Standing,
    form: forms.Form,
    step: Awaitable[object],
    *,
    flash: str,
    beside: str = "",
) -> Response[Any]:
    """Take the step, which says False when a second signature is awaited.

    Where it cannot be taken yet the page says why, `beside` the field or button.
    """
    try:
        flash = "data-signed" if await step is False else flash
    except steps.TooLate:
        flash = "data-decided-before"
    except answering.NotYet as problem:
        form.refuse(beside, str(problem))
        return await _case_page(db, found, form, 422)
    await session.flash(db, request.user, flash)
    return see(f"{DESK}/{found.case.request_id}")


async def _case_page(db: AsyncSession, found: Standing, form: forms.Form, status: int = 200) -> Template:
    """With those who bear the same name, as long as nobody is known to ask."""
    right, unknown = found.asked.about, [] if found.case.is_known else [found.case.member_id]
    others, _ = await queries.namesakes(db, found.member) if unknown and found.member else ([], False)
    card = next(iter(await queries.cards(db, unknown)), None)
    return page(
        "privacy/case",
        status,
        card=card,
        others=await queries.cards(db, others) if others else [],
        one=found,
        form=form,
        words=answers,
        deliveries=_choices(answers.DELIVERIES),
        refusals=_choices(answers.refusals(right)),
        erased=await is_erased(db, found.case.member_id),
        checklist=answers.CHECKLIST.get(right, {}),
        missing=answers.missing(right, found.case.checklist),
        is_built=right in answers.BUILT,
        export=await exports.of_request(db, found.case.request_id) if right in answers.BUILT else None,
        may_extend=legal_clock.may_extend(found.clock, clock.today()),
    )


def _choices(words: Mapping[str, tuple[str, str]]) -> list[tuple[str, str, str]]:
    return [(name, i18n.gettext(label), i18n.gettext(hint)) for name, (label, hint) in words.items()]


HANDLERS = [
    show_case, show_letter, ask_for_proof, save_proof, save_extension, save_checklist, build_answer, release_answer,
    save_decision, close_case,
    lift_restriction,
]  # fmt: skip
