"""Reckoning with the stamps of a column: moments with or without a zone, seconds since 1970, or texts. Pure."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column

from backoffice_sync.directory import SchemaChanged

HOUR = timedelta(hours=1)


class Stamps:
    def __init__(self, column: Column[Any], zone: ZoneInfo) -> None:
        self.column = column
        self._zone = zone
        self._has_zone = bool(getattr(column.type, "timezone", False))
        kind = column.type.python_type
        self._kind = kind if kind in {datetime, int, float, Decimal} else str

    def at(self, moment: datetime) -> Any:
        """A moment as this column would say it."""
        if self._kind is datetime and self._has_zone:
            return moment
        local = moment.astimezone(self._zone).replace(tzinfo=None)
        if self._kind is datetime:
            return local
        return local.isoformat(" ") if self._kind is str else self._kind(moment.timestamp())

    def back(self, stamp: Any, by: timedelta) -> Any:
        """So much earlier; in the hour that autumn has twice, where no zone tells them apart, by one more hour."""
        if isinstance(stamp, datetime):
            return stamp - by - (HOUR if self._is_twice(stamp) else timedelta())
        if isinstance(stamp, str):
            moment = self.back(self._moment(stamp), by)
            return moment.isoformat(stamp[10:11] or " ", "seconds")
        return stamp - type(stamp)(by.total_seconds())

    def written(self, stamp: Any) -> Any:
        """As JSON keeps it."""
        return stamp.isoformat() if isinstance(stamp, datetime) else None if stamp is None else self._plain(stamp)

    def read(self, written: Any) -> Any:
        if written is None or self._kind is str:
            return written
        return datetime.fromisoformat(written) if self._kind is datetime else self._kind(written)

    def _moment(self, stamp: str) -> datetime:
        try:
            return datetime.fromisoformat(stamp)
        except ValueError as error:
            raise SchemaChanged(f"{self.column.table.name}.{self.column.name} holds no moments") from error

    def _plain(self, stamp: Any) -> str | int:
        return stamp if isinstance(stamp, int) else str(stamp)

    def _is_twice(self, stamp: datetime) -> bool:
        local = stamp.replace(tzinfo=self._zone)
        return stamp.tzinfo is None and local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
