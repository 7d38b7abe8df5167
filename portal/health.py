"""Is the portal alive, and can it do its work? For load balancers and for whoever is called at night."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, migrations
from portal.changes import SyncHeartbeat

PUBLIC = {"public": True}
WORKER_SILENT_SECONDS = 60
LATE_SECONDS = 15 * 60


@get("/health", opt=PUBLIC | {"without_session": True})
async def health() -> dict[str, str]:
    return {"status": "alive"}


@get("/ready", opt=PUBLIC)
async def ready(db: NamedDependency[AsyncSession]) -> Response[dict[str, Any]]:
    """503 when the database is not reached, not migrated, or no worker is there; a late sync is told, not fatal."""
    try:
        answer = await _look(db)
    except SQLAlchemyError:
        return Response({"status": "not ready", "database": "unreachable"}, status_code=503)
    fit = answer["migrations"] == "current" and answer["worker"] == "seen"
    return Response({"status": "ready" if fit else "not ready", **answer}, status_code=200 if fit else 503)


async def _look(db: AsyncSession) -> dict[str, Any]:
    revision = await (await db.connection()).run_sync(migrations.current)
    worker_age = await db.scalar(
        text("SELECT extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers")
    )
    waiting = clock.age(await db.scalar(select(func.oldest_open_change())))
    pulled = clock.age(await db.scalar(select(SyncHeartbeat.at).where(SyncHeartbeat.duty == "pull")))
    late = waiting is not None and waiting > LATE_SECONDS
    return {
        "database": "reachable",
        "migrations": "current"
        if revision == migrations.newest()
        else f"at {revision}, expected {migrations.newest()}",
        "worker": "seen" if worker_age is not None and worker_age < WORKER_SILENT_SECONDS else "not seen",
        "sync": {"oldest_open_change_seconds": waiting, "last_pull_seconds": pulled, "late": late},
    }


HANDLERS = [health, ready]
