"""No other site can act in a visitor's name: origin checks, and a token that belongs to the session.

The token alone would not do (a sub-domain can plant cookies), the origin alone
neither (old browsers leave it out); an unsafe request passes both.
"""

from litestar.connection import Request

from portal import crypto
from portal.settings import Settings
from portal.web.errors import ForeignRequest
from portal.web.session import Connection
from portal.web.visitor import Visitor

FIELD = "csrf_token"


async def check(connection: Connection) -> None:
    settings: Settings = connection.scope["state"]["settings"]
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site is not None and site != "same-origin":
        raise ForeignRequest
    if origin is not None and origin != settings.base_url:
        raise ForeignRequest
    visitor: Visitor = connection.user
    if visitor.session_id is None:
        if site is None and origin is None:
            raise ForeignRequest
        return
    form = await Request(connection.scope, connection.receive).form()
    if not crypto.same(str(form.get(FIELD, "")), visitor.csrf_token):
        raise ForeignRequest
