"""My e-mail addresses: all of them, and what can be done with each."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.emails import actions, queries, rules
from portal.emails.pages.adding import PATH, ask, possible_uses
from portal.emails.rules import Email
from portal.profile.rules import HERE
from portal.settings import Settings
from portal.web import forms, proof
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page, see

SENSITIVE = {"step_up": PATH}


@get(PATH)
async def show_emails(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], settings: NamedDependency[Settings]
) -> Template:
    emails = [email for email in await queries.emails(db, donor) if settings.may(_part(email)) != "hide"]
    parts = {settings.may("email"), settings.may("other_emails")}
    if parts == {"hide"}:
        raise NotFound
    listed = [(_key(donor, email), email, _acts(settings, email, emails)) for email in emails]
    return page("emails/emails", emails=listed, uses=possible_uses(settings), by_phone="request" in parts, ours=HERE)


@get(f"{PATH}/{{email_key:str}}", opt=SENSITIVE)
async def show_email(
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
    email_key: FromPath[str],
) -> Template:
    emails = await queries.emails(db, donor)
    email = _find(donor, emails, email_key)
    acts = _acts(settings, email, emails)
    if not acts:
        raise NotFound
    return page("emails/email", email=email, key=email_key, acts=acts, former=rules.main_of(emails))


@post(f"{PATH}/{{email_key:str}}/main", opt=SENSITIVE)
async def make_main(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
    email_key: FromPath[str],
) -> Response[Any]:
    """One that nobody has proved, or from which mails come back, is proved first."""
    await forms.read(request, ())
    emails = await queries.emails(db, donor)
    email = _find(donor, emails, email_key)
    acts = _acts(settings, email, emails)
    if "prove" in acts:
        return await ask(request, db, settings, email.mailbox, proof.NEW_MAIN)
    if "main" not in acts:
        raise NotFound
    await actions.make_main(db, request, donor, email.address, confirmed_on=email.confirmed_on)
    return see(PATH)


@post(f"{PATH}/{{email_key:str}}/removal", opt=SENSITIVE)
async def remove_email(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
    email_key: FromPath[str],
) -> Response[Any]:
    await forms.read(request, ())
    emails = await queries.emails(db, donor)
    email = _find(donor, emails, email_key)
    if "remove" not in _acts(settings, email, emails) or not await actions.remove(db, request, donor, email.mailbox):
        raise NotFound
    return see(PATH)


def _part(email: Email) -> str:
    return "email" if email.is_main else "other_emails"


def _acts(settings: Settings, email: Email, emails: list[Email]) -> set[str]:
    """What the member may do with one of their addresses: main, prove (before it is the main one), remove."""
    acts = set()
    if settings.may(_part(email)) == "edit":
        if settings.may("email") == "edit" and not (email.is_main and email.is_proved):
            acts.add("main" if email.is_proved else "prove")
        if rules.may_be_removed(email, emails):
            acts.add("remove")
    return acts


def _key(donor: Donor, email: Email) -> str:
    """Names an address in a page's own address, which is no place for it; the sync may give its row another number."""
    return forms.fingerprint([donor.id, email.mailbox])


def _find(donor: Donor, emails: list[Email], key: str) -> Email:
    found = next((email for email in emails if _key(donor, email) == key), None)
    if found is None:
        raise NotFound
    return found


HANDLERS = [show_emails, show_email, make_main, remove_email]
