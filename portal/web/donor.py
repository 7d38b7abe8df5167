"""Whose data a page may read: every query on a donor's rows takes this value."""

from dataclasses import dataclass
from uuid import UUID

from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncSession

from portal.web.errors import NotFound
from portal.web.session import HTTPRequest


@dataclass(frozen=True)
class Donor:
    id: UUID


async def provide_donor(request: HTTPRequest, db: NamedDependency[AsyncSession]) -> Donor:  # noqa: ARG001
    """The signed-in donor, or the member at whose pages staff look.

    It asks for `db` so that all database-using dependencies of a page form one chain.
    """
    visitor = request.user
    if visitor.member_id is None:
        raise NotFound
    return Donor(visitor.member_id)
