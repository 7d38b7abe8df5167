"""The worker dies at its n-th message to either database, for n = 1, 2, … until it comes through by itself."""

import shutil

import pytest

from backoffice_sync.outward.push import push

STEP = 7
"""Each n-th message; which ones differs from run to run of the worker by none."""
MOST = 400


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
async def test_a_worker_that_dies_at_any_message_leaves_nothing_lost_or_doubled(scene) -> None:
    strace = shutil.which("strace")
    assert strace, "strace is missing: apt-get install strace"
    [person, *_] = scene.people
    died = 0
    for message in range(1, MOST, STEP):
        await person.move()
        await person.change_phone()
        inject = ("-e", f"inject=sendto:signal=KILL:when={message}")
        ended = scene.workers.do("push", before=(strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=sendto", *inject))
        log = scene.workers.log.read_text()
        assert "ptrace" not in log.lower(), f"this machine lets nobody trace a process:\n{log}"
        await scene.retry()
        await push(scene.sync, scene.directory)
        assert await scene.is_through(), f"killed at message {message}"
        conflicts, left = await scene.check()
        assert (conflicts, left) == (0, 0), f"killed at message {message}"
        if ended == 0:
            break
        died += 1
    else:
        pytest.fail(f"it never came through:\n{scene.workers.log.read_text()[-2000:]}")
    print(f"killed at {died} messages, every {STEP}th of the {message} that two changes take")
    assert died > 5
