"""No other site can act in a visitor's name: origin checks, and a token that belongs to the session.

The token alone would not do (a sub-domain can plant cookies), the origin alone
neither (old browsers leave it out): an unsafe request passes both, or the first
alone while there is no session whose token it could carry.
"""

from typing import Any

from litestar.connection import Request
from litestar.datastructures import FormMultiDict

from portal import crypto
from portal.settings import Settings
from portal.web.errors import BadForm, ForeignRequest
from portal.web.session import Connection
from portal.web.visitor import Visitor

FIELD = "csrf_token"
PLAIN, WITH_FILE = "application/x-www-form-urlencoded", "multipart/form-data"


def check_origin(connection: Connection) -> None:
    """Refuse what comes from another site, or from a browser without a visit that does not say where it comes from."""
    settings: Settings = connection.scope["state"]["settings"]
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site is not None and site != "same-origin":
        raise ForeignRequest
    if origin is not None and origin != settings.base_url:
        raise ForeignRequest
    if site is None and origin is None and connection.user.session_id is None:
        raise ForeignRequest


async def check_token(connection: Connection) -> None:
    visitor: Visitor = connection.user
    if visitor.session_id is None:
        return
    form = await posted(Request(connection.scope, connection.receive))
    if not crypto.same(str(form.get(FIELD, "")), visitor.csrf_token):
        raise ForeignRequest


async def posted(request: Request[Any, Any, Any]) -> FormMultiDict:
    """The form as it was sent.

    Raises:
        BadForm: for anything but a plain form, or one with a file where the handler takes one.
    """
    kind = request.headers.get("content-type", PLAIN).split(";")[0].strip().lower()
    if kind != PLAIN and not (kind == WITH_FILE and request.route_handler.opt.get("takes_file")):
        raise BadForm
    try:
        return await request.form()
    except (ValueError, LookupError) as error:  # LookupError: a charset that nobody knows
        raise BadForm from error
