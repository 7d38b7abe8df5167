"""Default deny: who may reach a handler. A handler is private unless it says otherwise in `opt`.

`opt={"public": True}`      anybody
`opt={"for_staff": True}`   staff, with one of `roles` where given
nothing                     a donor, or staff who look at a donor's pages (reading only)

Besides: `while_viewing` (open to staff while they look at a donor's pages), `without_csrf` (changes nothing of
anybody), and `without_session` (the session middleware leaves it alone).
"""

from litestar.handlers import BaseRouteHandler

from portal.web import csrf
from portal.web.errors import NotFound, PleaseChoose, PleaseGoToTheDesk, PleaseSignIn, PleaseStopViewing, ReadOnly
from portal.web.session import SAFE_METHODS, Connection
from portal.web.visitor import Visitor

EDITORS = ("editor", "administrator")


async def entrance(connection: Connection, handler: BaseRouteHandler) -> None:
    unsafe = connection.scope.get("method") not in SAFE_METHODS
    if unsafe and not handler.opt.get("without_csrf"):
        await csrf.check(connection)
    if handler.opt.get("public"):
        return
    visitor: Visitor = connection.user
    if handler.opt.get("for_staff"):
        admit_staff(visitor, handler.opt.get("roles", ()))
        if visitor.viewing and not handler.opt.get("while_viewing"):
            raise PleaseStopViewing
    else:
        admit_donor(visitor, unsafe=unsafe)


def admit_staff(visitor: Visitor, roles: tuple[str, ...]) -> None:
    if visitor.session_id is None:
        raise PleaseSignIn
    if not visitor.is_staff or (roles and visitor.role not in roles):
        raise NotFound


def admit_donor(visitor: Visitor, *, unsafe: bool) -> None:
    if visitor.must_choose:
        raise PleaseChoose
    if not visitor.sees_member_pages:
        raise PleaseGoToTheDesk if visitor.is_staff else PleaseSignIn
    if visitor.viewing and unsafe:
        raise ReadOnly
