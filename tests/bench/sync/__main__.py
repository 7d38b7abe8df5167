"""`make bench-sync`: the sync beside bare loops and bare COPYs that make the same writes without any guarantee.

Only ratios count; both take turns on one machine in the same minutes. Nothing here fails on a number.
"""

import argparse
import os
from contextlib import ExitStack

from portal import embedded
from tests.bench.data import HOME
from tests.bench.sync import loading, pushing
from tests.bench.sync.report import Table

MEMBERS = int(os.environ.get("MEMBERS", "1000000"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sync", description=__doc__)
    parser.add_argument("--members", type=int, default=MEMBERS, help="how many are loaded, each with ten gifts")
    parser.add_argument("--changes", type=int, default=3_000, help="how many are passed on in each round")
    options = parser.parse_args()
    (HOME / "sync").mkdir(parents=True, exist_ok=True)
    table = Table()
    with ExitStack() as ending:
        server = embedded.start(HOME / "sync" / "postgres")
        ending.callback(server.stop)
        pushing.measure(server, table, options.changes)
        loading.measure(server, table, options.members)
    print(table)


main()
