"""The only place that asks what time it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
SQL_TODAY = "(now() AT TIME ZONE 'Europe/Paris')::date"
"""`today` by the database's clock."""


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """Today in Paris: the date that has legal meaning for gifts, receipts and delays."""
    return datetime.now(PARIS).date()


def paris(moment: datetime) -> datetime:
    return moment.astimezone(PARIS)


def age(moment: datetime | None) -> float | None:
    """Seconds since then, for machines and for whoever is called at night."""
    return None if moment is None else round((now() - moment).total_seconds(), 1)
