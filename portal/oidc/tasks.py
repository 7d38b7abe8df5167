"""Staff whose group was taken away at the provider lose the desk within minutes, not at their next sign-in."""

import asyncio
import json
import logging
from datetime import timedelta
from uuid import UUID

from cryptography.fernet import InvalidToken
from procrastinate import JobContext
from sqlalchemy import delete, func, select, update

from portal import crypto
from portal.jobs import Workshop, queue, workshop
from portal.oidc import actions
from portal.oidc.models import OidcGrant
from portal.oidc.provider import STAFF, Person, Provider, ProviderRefused, ProviderUnreachable, provider_of
from portal.oidc.rules import role_of
from portal.staff.models import StaffAccount
from portal.web.session import WebSession

log = logging.getLogger("portal")
AFTER = timedelta(minutes=3)
"""With a look each minute, a grant is never older than the five minutes after which the session no longer opens."""
AT_ONCE = 8


@queue.periodic(cron="* * * * *")
@queue.task(name="oidc.recheck", pass_context=True, queueing_lock="oidc.recheck", lock="oidc.recheck")
async def recheck(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    shop = workshop(context)
    provider = provider_of(shop.settings, STAFF)
    if provider is None:
        return
    async with shop.database.begin() as db:
        due = (
            select(WebSession.lineage, OidcGrant.tokens)
            .join(WebSession, WebSession.id == OidcGrant.session_id)
            .where(WebSession.staff_id.is_not(None), OidcGrant.checked_at < func.now() - AFTER)
        )
        rows = (await db.execute(due)).all()
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(lineage: UUID, tokens: bytes) -> None:
        async with turns:
            await _recheck(shop, provider, lineage, tokens)

    await asyncio.gather(*(one(row.lineage, row.tokens) for row in rows))


async def _recheck(shop: Workshop, provider: Provider, lineage: UUID, tokens: bytes) -> None:
    """No transaction is open while the provider is asked; without its answer the session runs out by itself.

    It goes by its lineage: its number may change meanwhile.
    """
    person: Person | None = None
    try:
        known = json.loads(crypto.unseal(shop.settings.secret_key, "provider tokens", tokens))
        person = await provider.ask_again(known)
    except ProviderUnreachable:
        log.warning("the OpenID Connect provider of the staff gives no answer")
        return
    except (ProviderRefused, InvalidToken) as refusal:
        log.info("a staff session ends: %s %s", type(refusal).__name__, refusal)
    async with shop.database.begin() as db:
        if person is None:
            await db.execute(delete(WebSession).where(WebSession.lineage == lineage))
            return
        query = select(StaffAccount).join(WebSession, WebSession.staff_id == StaffAccount.id)
        account = (await db.scalars(query.where(WebSession.lineage == lineage))).one_or_none()
        if account is None:
            return
        by_group = shop.settings.staff_roles_by_group
        role = role_of(person.groups(shop.settings.staff_oidc_groups_claim), by_group)
        if by_group and role is None:
            await actions.end_visits_of(db, account)
            return
        if role is not None:
            await actions.give_role(db, account, role)
        values = {"checked_at": func.now(), "tokens": actions.sealed(shop.settings, person)}
        now = select(WebSession.id).where(WebSession.lineage == lineage).scalar_subquery()
        await db.execute(update(OidcGrant).where(OidcGrant.session_id == now).values(**values))
