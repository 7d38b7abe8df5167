"""The last step of every way in: who they are is proved, now they get a session of theirs."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal import journal
from portal.web import cookies, places, session
from portal.web.session import HTTPRequest

PATH = re.compile(r"(/[A-Za-z0-9_-]+)+|/")
"""A page of ours. No dot, colon, backslash or empty part: nothing that a browser could take for another host."""

SECOND_FACTOR = "/sign-in/second-factor"
KEPT = "/continue"
"""Where somebody goes on with what they sent when their visit had just ended."""


NEXT = "next"
"""Under which name a session remembers the wanted page through the steps of signing in."""
OWN_LANGUAGE = text("SELECT language FROM member WHERE id = :member")


def safe_path(path: str) -> str:
    """The path when it can only be a page of ours, else the home page."""
    return path if PATH.fullmatch(path) else "/"


async def admit_member(
    db: AsyncSession,
    request: HTTPRequest,
    member_id: UUID,
    *,
    method: str,
    mailbox: str | None = None,
    next_path: str = "/",
    **more: Any,
) -> str:
    """Sign a donor in and say where to go."""
    await session.start(db, request, mailbox=mailbox, member_id=member_id, method=method, **more)
    cookies.suggest_language(request.scope, await db.scalar(OWN_LANGUAGE, {"member": member_id}))
    device = places.device(request.headers.get("user-agent", ""))
    await journal.write(
        db, "signin.completed", actor=f"member:{member_id}", member_id=member_id, method=method, device=device
    )
    return safe_path(next_path)


async def admit_staff(
    db: AsyncSession,
    request: HTTPRequest,
    staff_id: UUID,
    *,
    method: str,
    strong: bool,
    mailbox: str | None = None,
    next_path: str = "/staff",
    **more: Any,
) -> str:
    """Sign somebody of the staff in, or half in when a second factor is still due, and say where to go."""
    more |= {"second_factor_due": not strong, "pending": {NEXT: next_path}}
    await session.start(db, request, mailbox=mailbox, staff_id=staff_id, method=method, **more)
    if not strong:
        return SECOND_FACTOR
    device = places.device(request.headers.get("user-agent", ""))
    await journal.write(db, "signin.completed", actor=f"staff:{staff_id}", method=method, device=device)
    return desk_path(next_path)


def desk_path(next_path: str) -> str:
    """Where staff go after signing in: the wanted page if it is theirs, else the desk."""
    path = safe_path(next_path)
    return path if path == KEPT or path.startswith(("/staff", "/security")) else "/staff"
