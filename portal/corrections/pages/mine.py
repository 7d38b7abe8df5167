"""My name, my company's registration: corrected at once or asked of staff, as the settings have it."""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.corrections import actions, queries, rules
from portal.corrections.forms import DOCUMENT, check_request, parse
from portal.i18n import N_
from portal.settings import Settings
from portal.web import forms, session
from portal.web.body import LARGEST_UPLOAD
from portal.web.donor import Donor
from portal.web.errors import NotFound, Refusal
from portal.web.session import HTTPRequest
from portal.web.templating import page, see
from portal.web.throttle import Limit, allow

PARTS = {"/profile/name": "name", "/profile/company": "company"}
REQUESTS = Limit("corrections asked for", 5, timedelta(days=1))
"""Each may come with a document of 2 MB, and may be taken back at once."""


class TooManyRequests(Refusal):
    status_code = HTTPStatus.TOO_MANY_REQUESTS
    title = N_("Please wait a while")
    words = N_("You have asked for several corrections today. You can ask again tomorrow, or call us.")


@dataclass(frozen=True)
class Part:
    """What of the identity this page is about, and what holds at present; `asks`: staff decide."""

    path: str
    asks: bool
    fields: tuple[str, ...]
    standing: queries.Standing

    @property
    def seen(self) -> dict[str, str]:
        return {forms.SEEN: forms.fingerprint(self.standing.identity)}


@get(list(PARTS))
async def edit_identity(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
) -> Template:
    part = await _part(request, db, donor, settings)
    values = {name: part.standing.identity[name] or "" for name in part.fields}
    return _form_page(part, forms.Form(values | part.seen))


@post(list(PARTS), opt={"takes_file": True}, request_max_body_size=LARGEST_UPLOAD)
async def save_identity(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    part = await _part(request, db, donor, settings)
    names = {*part.fields, forms.SEEN} | ({"reason"} if part.asks else set())
    form, document = await forms.read_with_file(request, names, DOCUMENT)
    wanted = parse(form, part.fields, part.standing.identity)
    if part.asks:
        check_request(form, document)
    if not form.ok:
        return _form_page(part, form, status=422)
    if part.asks and not await allow(db, settings, REQUESTS, str(donor.id)):
        raise TooManyRequests
    try:
        if part.asks:
            ground = actions.Ground(form["reason"], document)
            changed = await actions.ask_correction(db, settings, donor, wanted, ground, seen=form[forms.SEEN])
        else:
            changed = await actions.correct(db, donor, wanted, seen=form[forms.SEEN])
    except (forms.Outdated, actions.StillOpen):
        part = await _part(request, db, donor, settings)
        form.typed = {**form.typed, **part.seen}
        return _form_page(part, form, status=409, outdated=True)
    saved = "correction-asked" if part.asks else "identity-saved"
    await session.flash(db, request.user, saved if changed else "nothing-changed")
    return see("/profile/changes" if changed else "/profile")


async def _part(request: HTTPRequest, db: AsyncSession, donor: Donor, settings: Settings) -> Part:
    path = request.url.path
    standing = await queries.standing(db, donor)
    may, fields = settings.may(PARTS[path]), rules.FIELDS.get((PARTS[path], standing.kind))
    if fields is None or may == "hide":
        raise NotFound
    return Part(path, may == "request", fields, standing)


def _form_page(part: Part, form: forms.Form, *, status: int = 200, outdated: bool = False) -> Template:
    """With a request open there is no form: there is one at a time."""
    present = rules.in_words(part.standing.identity)
    return page(
        "corrections/edit",
        status,
        part=part,
        form=form,
        labels=rules.LABELS,
        offered={name: rules.offered(name, part.standing.identity[name]) for name in part.fields},
        present=present,
        outdated=outdated,
    )


HANDLERS = [edit_identity, save_identity]
