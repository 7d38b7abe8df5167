"""A zip as a stream: the standard library writes to something that cannot go back, and we pass it on as it comes."""

import io
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime

from portal import clock


class _Pipe(io.RawIOBase):
    """What was written since it was last emptied."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._waiting += piece
        return len(piece)

    def empty(self) -> bytes:
        piece = bytes(self._waiting)
        self._waiting.clear()
        return piece


async def stream(made_at: datetime, files: AsyncIterator[tuple[str, AsyncIterator[bytes]]]) -> AsyncIterator[bytes]:
    """A zip of these files, each a name and its content in pieces; memory holds a piece at a time."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as zipped:
        async for name, content in files:
            entry = zipfile.ZipInfo(name, clock.paris(made_at).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            with zipped.open(entry, "w", force_zip64=True) as writing:
                async for piece in content:
                    writing.write(piece)
                    yield pipe.empty()
            yield pipe.empty()
    yield pipe.empty()
