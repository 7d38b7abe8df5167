"""A line between a connector and its server that can be slow, cut, silent or closed.

It listens on a free port of this machine and passes everything on to a TCP port or a Unix socket.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

CHUNK = 65_536


class Proxy:
    def __init__(self, host: str = "", port: int = 0, *, socket: Path | None = None) -> None:
        self._target, self._socket = (host, port), socket
        self.port = 0
        self.refuses = False
        """Whoever calls is turned away."""
        self.hangs = False
        """Nothing that is said passes any more, in either direction; the line stays open."""
        self.delay = 0.0
        """Seconds that each piece of an answer takes."""
        self.answer_left: int | None = None
        """So many bytes of answers still pass, then the line breaks; 0 loses the answer, but not the question."""
        self.answers = asyncio.Event()
        """Cleared, answers are kept back until it is set again."""
        self.answers.set()
        self.answered = 0
        """Bytes of answers that have passed."""
        self.asked = asyncio.Event()
        """Something was asked since it was cleared."""
        self._lines: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Proxy"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.break_lines()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def break_lines(self) -> None:
        for line in self._lines:
            line.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._lines.add(writer)
        try:
            if not self.refuses:
                await self._connect(reader, writer)
        finally:
            self._tasks.discard(task)
            self._lines.discard(writer)
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connecting = (
            asyncio.open_unix_connection(self._socket) if self._socket else asyncio.open_connection(*self._target)
        )
        server_reader, server_writer = await connecting
        self._lines.add(server_writer)
        ways = [asyncio.create_task(self._questions(reader, server_writer)),
                asyncio.create_task(self._answers(server_reader, writer))]  # fmt: skip
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._lines.discard(server_writer)
            server_writer.transport.abort()

    async def _questions(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while said := await reader.read(CHUNK):
                self.asked.set()
                if not self.hangs:
                    writer.write(said)
                    await writer.drain()

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while said := await reader.read(CHUNK):
                if self.hangs:
                    continue
                await asyncio.sleep(self.delay)
                await self.answers.wait()
                if self.answer_left is not None:
                    said, self.answer_left = said[: self.answer_left], self.answer_left - len(said)
                writer.write(said)
                self.answered += len(said)
                await writer.drain()
                if self.answer_left is not None and self.answer_left <= 0:
                    return
