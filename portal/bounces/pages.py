"""The inbox of a mailing tool: `POST /webhooks/bounces`, which is there where a secret is set."""

from http import HTTPStatus

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from portal.bounces import actions, forms
from portal.bounces.rules import Failure
from portal.settings import Settings
from portal.web import refusals
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest

Answer = Response[dict[str, int | str]]
UNPROVED = "The signature is missing, wrong, or more than five minutes old. Nothing was stored."


@post("/webhooks/bounces", opt={"public": True, "without_csrf": True})
async def save_failures(
    request: HTTPRequest, db: NamedDependency[AsyncSession], settings: NamedDependency[Settings]
) -> Answer:
    """All of a delivery is kept or nothing of it; told again, it changes nothing."""
    if not settings.bounce_secret:
        raise NotFound
    try:
        events = forms.read(await request.body(), dict(request.headers), settings.bounce_secret)
    except forms.Unproved:
        refusals.mark(request.scope, "webhook")
        return Response({"error": UNPROVED}, status_code=HTTPStatus.UNAUTHORIZED)
    except msgspec.DecodeError as problem:
        return Response({"error": f"{problem}. Nothing was stored."}, status_code=HTTPStatus.UNPROCESSABLE_ENTITY)
    failures = [Failure(f"webhook {one.id}", one.address, one.kind, one.at, one.status) for one in events]
    return Response({"stored": await actions.keep(db, failures)}, status_code=HTTPStatus.OK)


HANDLERS = [save_failures]
