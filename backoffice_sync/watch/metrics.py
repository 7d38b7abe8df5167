"""The status for machines: Prometheus text format 0.0.4, for the textfile collector of its node exporter.

Written by hand: a few lines, against a library of whose registry and server we would use nothing.
"""

from collections.abc import Iterator

from backoffice_sync.watch.report import is_well
from backoffice_sync.watch.status import Found

Measured = float | None | tuple[str, dict[str, float | None]]
"""A number, or numbers by a label; what was never measured is left out."""


def in_prometheus(found: Found) -> str:
    written = [line for metric in (*_gauges(found), *_counters(found)) for line in _written(*metric)]
    return "\n".join(written) + "\n"


def _gauges(found: Found) -> list[tuple[str, str, str, Measured]]:
    duties = found["duties"]
    ages = {name: one["seconds"] for name, one in duties.items()}
    troubles: dict[str, float | None] = {name: bool(one["problem"]) for name, one in duties.items()}
    told: list[tuple[str, str, Measured]] = [
        ("well", "1 when nothing is bad.", is_well(found)),
        ("oldest_open_change_seconds", "Age of the oldest open change.", found["oldest_open_change_seconds"] or 0),
        ("changes", "Recorded changes by state.", ("state", found["changes"])),
        ("retried_changes", "Open changes that failed before.", found["waiting_after_failure"]),
        ("parked_changes", "Changes left to people.", sum(found["parked"].values())),
        ("unseen_conflicts", "Conflicts that nobody has looked at.", found["conflicts_not_looked_at"]),
        ("requests", "Requests under way.", ("state", found["requests"])),
        ("refused_receipts", "Receipts that the central base did not take.", len(found["receipts_refused"])),
        ("waiting_extracts", "Extracts of a person's data that were ordered.", found["extracts_waiting"]),
        ("files_to_fetch", "Files of documents that are not here yet.", found["files_to_fetch"]),
        ("rows_set_aside", "Rows that the mirror could not take.", len(found["rows_set_aside"])),
        ("pushes_enabled", "1 when changes may be passed on.", found["pushes_enabled"]),
        ("loading", "1 during the first load.", found["load"] is not None),
        ("duty_age_seconds", "Since a duty was last done.", ("duty", ages)),
        ("duty_trouble", "1 while a duty cannot be done.", ("duty", troubles)),
        ("cursor_age_seconds", "Since the cursor last moved.", found["cursor_seconds"]),
        ("clock_offset_seconds", "The central base's clock minus ours.", found["clock_offset_seconds"]),
        ("drift", "Differences that the last sweep found.", found["drift"]),
        ("echo_ratio", "Share of news that were our own writes.", found["echo_rate"]),
    ]
    return [(name, "gauge", words, value) for name, words, value in told]


def _counters(found: Found) -> list[tuple[str, str, str, Measured]]:
    writes = ("outcome", found["writes"])
    return [
        ("writes_total", "counter", "Writes to the central base by outcome.", writes),
        ("news_total", "counter", "Rows told as news by the central base.", found["news"]),
    ]


def _written(name: str, kind: str, words: str, value: Measured) -> Iterator[str]:
    label, values = value if isinstance(value, tuple) else ("", {"": value})
    samples = [(f'{{{label}="{of}"}}' if label else "", number) for of, number in values.items() if number is not None]
    if samples:
        yield f"# HELP donor_sync_{name} {words}"
        yield f"# TYPE donor_sync_{name} {kind}"
    for labels, number in samples:
        yield f"donor_sync_{name}{labels} {float(number):.15g}"
