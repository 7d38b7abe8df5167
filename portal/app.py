"""The portal: settings in, application out. The route list reads like a site map."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Litestar
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide
from litestar.exceptions import HTTPException, InternalServerException
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import ASGIApp
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError  # noqa: A004 - of the pool

from portal import health, logs
from portal.access_log import pages as access_log
from portal.activation import pages as activation
from portal.addresses import pages as addresses
from portal.bounces import pages as bounces
from portal.consents import pages as consents
from portal.corrections import pages as corrections
from portal.dashboard import pages as dashboard
from portal.database import Database, provide_db, role_url
from portal.dictionary import pages as dictionary
from portal.documents import pages as documents
from portal.duplicates import pages as duplicates
from portal.emails import pages as emails
from portal.erasure import pages as erasure
from portal.exports import pages as exports
from portal.figures import pages as figures
from portal.gifts import pages as gifts
from portal.home import pages as home
from portal.ledger import pages as ledger
from portal.links import pages as links
from portal.mandates import pages as mandates
from portal.memos import pages as memos
from portal.messages import pages as messages
from portal.oidc import pages as oidc
from portal.passkeys import pages as passkeys
from portal.phones import pages as phones
from portal.preferences import pages as preferences
from portal.privacy import pages as privacy
from portal.profile import pages as profile
from portal.receipts import pages as receipts
from portal.requests import pages as requests
from portal.retention import pages as retention
from portal.reviews import pages as reviews
from portal.security import pages as security
from portal.selections import pages as selections
from portal.settings import Settings
from portal.signin import pages as signin
from portal.signin_help import pages as signin_help
from portal.staff import pages as staff
from portal.tax import pages as tax
from portal.tracking import pages as tracking
from portal.unsubscribe import pages as unsubscribe
from portal.web.body import LARGEST_FORM
from portal.web.donor import provide_donor
from portal.web.errors import show_fault, show_missing_file, show_pause, show_refusal
from portal.web.formkey import settle
from portal.web.guards import entrance
from portal.web.headers import KnownHosts, security_headers
from portal.web.session import SessionMiddleware
from portal.web.templating import STATIC, environment

A_YEAR = 31_536_000


def build(settings: Settings, database: Database) -> Litestar:
    """The application; the database is closed when the process ends."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        yield
        await database.close()

    handlers: list[Any] = [
        *signin.HANDLERS,
        *passkeys.HANDLERS,
        *oidc.HANDLERS,
        *activation.HANDLERS,
        *security.HANDLERS,
        *access_log.HANDLERS,
        *home.HANDLERS,
        *gifts.HANDLERS,
        *mandates.HANDLERS,
        *documents.HANDLERS,
        *links.HANDLERS,
        *receipts.HANDLERS,
        *tax.HANDLERS,
        *profile.HANDLERS,
        *emails.HANDLERS,
        *phones.HANDLERS,
        *addresses.HANDLERS,
        *corrections.HANDLERS,
        *requests.HANDLERS,
        *privacy.HANDLERS,
        *tracking.HANDLERS,
        *preferences.HANDLERS,
        *consents.HANDLERS,
        *ledger.HANDLERS,
        *staff.HANDLERS,
        *memos.HANDLERS,
        *messages.HANDLERS,
        *selections.HANDLERS,
        *reviews.HANDLERS,
        *duplicates.HANDLERS,
        *dictionary.HANDLERS,
        *erasure.HANDLERS,
        *retention.HANDLERS,
        *signin_help.HANDLERS,
        *figures.HANDLERS,
        *exports.HANDLERS,
        *dashboard.HANDLERS,
        *unsubscribe.HANDLERS,
        *bounces.HANDLERS,
        *health.HANDLERS,
        create_static_files_router(
            "/static",
            [STATIC],
            opt={"public": True, "without_session": True},
            exception_handlers={ValueError: show_missing_file, InternalServerException: show_missing_file},
            cache_control=CacheControlHeader(max_age=A_YEAR, immutable=True, public=True),
        ),
    ]
    if settings.demo:
        from portal.demo import mailbox  # noqa: PLC0415 - absent from a production process

        handlers += mailbox.HANDLERS
    env = environment(settings)
    return Litestar(
        route_handlers=handlers,
        lifespan=[lifespan],
        dependencies={
            "db": provide_db,
            "donor": Provide(provide_donor),
            "settings": Provide(lambda: settings, sync_to_thread=False),
        },
        middleware=[SessionMiddleware(settings, database)],
        guards=[entrance],
        after_request=settle,
        before_send=[security_headers(settings)],
        exception_handlers={
            HTTPException: show_refusal,
            OperationalError: show_pause,
            InterfaceError: show_pause,
            TimeoutError: show_pause,
            Exception: show_fault,
        },
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(env)),
        request_max_body_size=LARGEST_FORM,
        openapi_config=None,
        logging_config=None,
    )


def from_environment() -> ASGIApp:
    """What uvicorn serves, connected as the plain web role."""
    from portal import settings as configuration  # noqa: PLC0415

    logs.set_up()
    settings = configuration.load()
    database = Database(role_url(settings.database_url, settings.secret_key, "portal_web"))
    return KnownHosts(build(settings, database), settings, database)
