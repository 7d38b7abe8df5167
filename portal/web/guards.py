"""Default deny: who may reach a handler. A handler is private unless it says otherwise in `opt`.

`opt={"public": True}`      anybody
`opt={"for_staff": True}`   staff, with one of `roles` where given
`opt={"personal": True}`    whoever is signed in, donor or staff, for what is their own
nothing                     a donor, or staff who look at a donor's pages (reading only)

Besides: `while_viewing` (open to staff while they look at a donor's pages), `step_up` (who one is must have been
proved in the last minutes; its value is the page to come back to, with {names} of values of the path),
`without_csrf` (changes nothing of anybody), `finishing` (open to staff who still owe the second factor), `takes_file`
(its form may carry a file), and `without_session` (the session middleware leaves it alone).
"""

from typing import Any

from litestar.handlers import BaseRouteHandler

from portal.web import csrf, draft, formkey, refusals
from portal.web.admission import KEPT, safe_path
from portal.web.errors import (
    NotFound,
    PleaseChoose,
    PleaseFinish,
    PleaseGoToTheDesk,
    PleaseProve,
    PleaseSignIn,
    PleaseStopViewing,
    ReadOnly,
)  # fmt: skip
from portal.web.session import SAFE_METHODS, Connection
from portal.web.visitor import Visitor

EDITORS = ("editor", "administrator")
OFFICERS = ("compliance", "administrator")
"""Those who know the law of personal data."""


async def entrance(connection: Connection, handler: BaseRouteHandler) -> None:
    unsafe = connection.scope.get("method") not in SAFE_METHODS
    changes = unsafe and not handler.opt.get("without_csrf")
    if changes:
        csrf.check_origin(connection)
        await formkey.send_on(connection)
        await csrf.check_token(connection)
    if not handler.opt.get("public"):
        await admit(connection, handler.opt, unsafe=unsafe)
    formkey.claimed.set(None)
    if changes and (key := await formkey.claim(connection)) and connection.user.is_signed_in:
        await draft.take_up(connection.scope["state"]["db"], key)


async def admit(connection: Connection, opt: dict[str, Any], *, unsafe: bool) -> None:
    visitor: Visitor = connection.user
    if visitor.is_nobody:
        raise PleaseSignIn(await _wanted(connection, unsafe=unsafe))
    if visitor.second_factor_due and not opt.get("finishing"):
        raise PleaseFinish
    if opt.get("for_staff"):
        admit_staff(connection, visitor, opt)
    elif not (opt.get("personal") and visitor.staff_id and not visitor.viewing):
        admit_donor(visitor, unsafe=unsafe)
    if (page := opt.get("step_up")) and not visitor.proved_just_now:
        raise PleaseProve(page.format(**connection.path_params))


async def _wanted(connection: Connection, *, unsafe: bool) -> str:
    """Where to go after signing in: the page that was wanted, or on with the form that came too late."""
    if not unsafe:
        return safe_path(connection.scope["path"])
    return KEPT if await draft.keep(connection) else "/"


def admit_staff(connection: Connection, visitor: Visitor, opt: dict[str, Any]) -> None:
    if not visitor.is_staff or ("roles" in opt and visitor.role not in opt["roles"]):
        refusals.mark(connection.scope, "role")
        raise NotFound
    if visitor.viewing and not opt.get("while_viewing"):
        raise PleaseStopViewing


def admit_donor(visitor: Visitor, *, unsafe: bool) -> None:
    if visitor.must_choose:
        raise PleaseChoose
    if not visitor.sees_member_pages:
        raise PleaseGoToTheDesk if visitor.is_staff else PleaseSignIn
    if visitor.viewing and unsafe:
        raise ReadOnly
