"""What became of an order, and the rows that came, some hundreds at a time."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.extracts.models import ExtractOrder, ExtractRow

AT_ONCE = 200


@dataclass(frozen=True)
class State:
    """Waiting while `done_at` is empty; with a problem, a text of the catalogue, there are no rows, or not all."""

    ordered_at: datetime
    done_at: datetime | None
    problem: str

    @property
    def is_waiting(self) -> bool:
        return self.done_at is None


async def state(db: AsyncSession, order_id: UUID) -> State | None:
    """None when it was thrown away."""
    columns = ExtractOrder.ordered_at, ExtractOrder.done_at, ExtractOrder.problem
    row = (await db.execute(select(*columns).where(ExtractOrder.id == order_id))).one_or_none()
    return State(*row) if row else None


async def rows(db: AsyncSession, order_id: UUID) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Each record with the name of its table in the central base, in the order in which that gave them."""
    query = (
        select(ExtractRow.record_set, ExtractRow.record)
        .where(ExtractRow.order_id == order_id)
        .order_by(ExtractRow.position)
    )
    async for row in await db.stream(query.execution_options(yield_per=AT_ONCE)):
        yield row.record_set, row.record
