"""Logs that hold nothing private: of an exception its kind and where it happened, never its message.

Messages of database and mail errors quote the values that they are about.
"""

import logging
import traceback
from types import TracebackType


class DiscreetFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler's formatter may have left the message there
        return super().format(record)

    def formatException(  # noqa: N802 - the library's name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        if ei[0] is None:
            return ""
        causes = []
        error: BaseException | None = ei[1]
        while error is not None:
            causes.append(type(error).__name__)
            error = error.__cause__ or error.__context__
        return " from ".join(causes) + "\n" + "".join(traceback.format_tb(ei[2])).rstrip()


def set_up() -> None:
    """For every process of ours, before it does anything else."""
    handler = logging.StreamHandler()
    handler.setFormatter(DiscreetFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
