"""Limits counted in the database, so that all processes and machines share them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy import case, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from portal import crypto
from portal.database import Base
from portal.settings import Settings


class Throttle(Base):
    __tablename__ = "throttle"

    key: Mapped[bytes] = mapped_column(primary_key=True, doc="keyed hash of rule and subject: no address in clear")
    started_at: Mapped[datetime]
    count: Mapped[int]


@dataclass(frozen=True)
class Limit:
    name: str
    most: int
    within: timedelta


async def allow(db: AsyncSession, settings: Settings, limit: Limit, subject: str) -> bool:
    """Count one use; False when it is one too many in the limit's window. One atomic statement."""
    key = crypto.keyed_digest(settings.secret_key, "throttle", limit.name, subject)
    over = Throttle.started_at < func.now() - limit.within
    statement = (
        insert(Throttle)
        .values(key=key, started_at=func.now(), count=1)
        .on_conflict_do_update(
            index_elements=[Throttle.key],
            set_={
                "count": case((over, 1), else_=Throttle.count + 1),
                "started_at": case((over, func.now()), else_=Throttle.started_at),
            },
        )
        .returning(Throttle.count)
    )
    return (await db.execute(statement)).scalar_one() <= limit.most


def network(address: str) -> str:
    """The neighbourhood that shares a limit: /24 of an IPv4 address, /56 of an IPv6 one; the unreadable share one."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unreadable"
    plain = found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
    return str(ip_network(f"{plain}/{24 if plain.version == 4 else 56}", strict=False))  # noqa: PLR2004 - IP version
