"""What a Prometheus reads of the sync: numbers only, of nobody."""

import re

from backoffice_sync.outward.push import push
from backoffice_sync.watch.metrics import in_prometheus
from backoffice_sync.watch.status import status
from portal.i18n import N_
from tests.personas import MARIE
from tests.reviews.conftest import move

SAMPLE = re.compile(r'donor_sync_([a-z_]+)(?:\{([a-z]+)="([a-z_]+)"\})? (-?[0-9.e+]+)')


async def test_every_line_is_a_sample_or_says_what_one_is(sync_database) -> None:
    written = in_prometheus(await status(sync_database))
    assert written.endswith("\n")
    for line in written.splitlines():
        assert SAMPLE.fullmatch(line) or re.fullmatch(r"# (HELP|TYPE) donor_sync_[a-z_]+ .+", line), line


async def test_counts_ages_and_outcomes_are_there_and_what_was_never_measured_is_not(
    sync_database, central_directory, visitor, owner
) -> None:
    marie = visitor()
    await marie.enter(MARIE)
    await move(marie, "rue Neuve")
    central_directory.refuses = lambda _: N_("Our records cannot take this address.")
    await push(sync_database, central_directory)
    owner.execute("INSERT INTO sync_tally (name, count) VALUES ('news', 4), ('echo', 1)")
    written = in_prometheus(await status(sync_database))
    found = {(name, of): float(value) for name, _, of, value in SAMPLE.findall(written)}
    assert found["parked_changes", ""] == 1
    assert found["changes", "refused"] == 1
    assert found["writes_total", "rejected"] == 1
    assert found["echo_ratio", ""] == 0.25
    assert found["duty_trouble", "push"] == 0
    assert ("drift", "") not in found, "no sweep yet"
    assert "# TYPE donor_sync_writes_total counter" in written
    for private in (MARIE.number, "Dupont", "Neuve"):
        assert private not in written
