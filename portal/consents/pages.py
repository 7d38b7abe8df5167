"""What we may send you, how often, and who else may have the address."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock
from portal.consents import actions, queries, rules
from portal.consents.forms import FIELDS, PRESSES, TEXTS, filled, parse, press_texts, texts
from portal.consents.queries import Standing
from portal.i18n import gettext
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.errors import BadForm, NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

PATH = "/preferences/contact"


@get(PATH)
async def edit_contact(db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]) -> Template:
    standing = await _standing(db, donor.id)
    return _form_page(standing, filled(standing.choice, clock.today()))


@post(PATH)
async def save_contact(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Response[Any]:
    form = await forms.read(request, FIELDS)
    standing = await _standing(db, donor.id)
    wanted = parse(form, standing.choice, clock.today())
    if not form.ok:
        return _form_page(standing, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        changed = await actions.save(db, donor, wanted, shown=texts(), seen=form[forms.SEEN])
    except forms.Outdated:
        return await _outdated_page(db, donor, form)
    return await _saved(request, db, changed=changed)


@post(f"{PATH}/at-once")
async def save_at_once(
    request: HTTPRequest, db: NamedDependency[AsyncSession], donor: NamedDependency[Donor]
) -> Response[Any]:
    """One press, without any tick."""
    form = await forms.read(request, {"press", forms.SEEN})
    press = form["press"]
    if press not in PRESSES:
        raise BadForm
    standing = await _standing(db, donor.id)
    wanted = rules.pressed(press, standing.choice)
    try:
        changed = await actions.save(db, donor, wanted, shown=press_texts(press), seen=form[forms.SEEN])
    except forms.Outdated:
        return await _outdated_page(db, donor)
    return await _saved(request, db, changed=changed)


async def _saved(request: HTTPRequest, db: AsyncSession, *, changed: bool) -> Response[Any]:
    await session.flash(db, request.user, "contact-saved" if changed else "nothing-changed")
    return see(PATH)


async def _standing(db: AsyncSession, member_id: UUID) -> Standing:
    standing = await queries.standing(db, member_id)
    if standing is None:
        raise NotFound
    return standing


async def _outdated_page(db: AsyncSession, donor: Donor, form: forms.Form | None = None) -> Template:
    """Both are shown, what was typed and what holds meanwhile; the donor decides."""
    standing = await _standing(db, donor.id)
    form = form or filled(standing.choice, clock.today())
    form.typed = {**form.typed, forms.SEEN: forms.fingerprint(standing.choice.value)}
    return _form_page(standing, form, HTTPStatus.CONFLICT, outdated=True)


def _form_page(standing: Standing, form: forms.Form, status: int = 200, *, outdated: bool = False) -> Template:
    rhythms = [(rhythm, gettext(words)) for rhythm, words in rules.RHYTHMS.items()]
    return page(
        "consents/contact",
        status,
        standing=standing,
        form=form,
        outdated=outdated,
        texts=TEXTS,
        purposes=rules.PURPOSES,
        channels=rules.CHANNELS,
        rhythms=rhythms,
    )


HANDLERS = [edit_contact, save_contact, save_at_once]
