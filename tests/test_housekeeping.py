"""What the worker does by the clock, run as the worker's own role."""

from portal import jobs, work
from tests.personas import MARIE


async def run_now(settings, task: str) -> None:
    await work.as_owner(settings, lambda db: jobs.defer(db, task, timestamp=0))
    await work.run(settings, until_idle=True)


async def test_sessions_wishes_and_counters_go_when_their_time_is_over(visitor, settings, owner) -> None:
    walker = visitor()
    await walker.submit(await walker.get("/sign-in"), "/sign-in", email=MARIE.email)
    owner.execute("DELETE FROM procrastinate_jobs")
    await visitor().enter(MARIE)
    await run_now(settings, "housekeeping.purge")
    tables = ("web_session", "sign_in_request", "throttle")
    counts = "SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables)
    assert owner.execute(counts).fetchone() == (2, 1, 4)
    owner.execute("UPDATE web_session SET created_at = now() - interval '13 hours'")
    owner.execute("UPDATE sign_in_request SET asked_at = now() - interval '25 hours'")
    owner.execute("UPDATE throttle SET started_at = now() - interval '3 days'")
    await run_now(settings, "housekeeping.purge")
    assert owner.execute(counts).fetchone() == (0, 0, 0)


async def a_purge_whose_worker_died(settings, owner) -> int:
    owner.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '10 minutes')")
    await work.as_owner(settings, lambda db: jobs.defer(db, "housekeeping.purge", timestamp=0))
    owner.execute(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
    )
    number: int = owner.execute("SELECT id FROM procrastinate_jobs").fetchone()[0]
    return number


UNFINISHED = "SELECT count(*) FROM procrastinate_jobs WHERE id = %s AND status IN ('todo', 'doing')"


async def test_a_job_whose_worker_died_is_done_by_another(settings, owner) -> None:
    dead = await a_purge_whose_worker_died(settings, owner)
    await run_now(settings, "housekeeping.revive")
    await work.run(settings, until_idle=True)
    assert owner.execute(UNFINISHED, [dead]).fetchone() == (0,)


async def test_a_job_whose_worker_died_is_ended_where_the_same_work_waits_already(settings, owner) -> None:
    await a_purge_whose_worker_died(settings, owner)
    owner.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args, scheduled_at) "
        "VALUES ('default', 'housekeeping.purge', 'purge', '{\"timestamp\": 0}', now() + interval '1 hour')"
    )
    await run_now(settings, "housekeeping.revive")
    states = owner.execute("SELECT status FROM procrastinate_jobs WHERE task_name = 'housekeeping.purge' ORDER BY id")
    assert [state for (state,) in states] == ["aborted", "todo"]
