"""What goes wrong on the line to a base in memory, just now."""

from collections.abc import Awaitable, Callable

from backoffice_sync.directory import DirectoryUnreachable


async def _nothing() -> None: ...


class Trouble:
    def __init__(self) -> None:
        self.reachable = True
        self.questions_get_lost = False
        """Writes do not arrive, and nobody tells us."""
        self.answers_get_lost = False
        """Writes arrive, and nobody tells us."""
        self.answers_are_cut = False
        """Lists of rows end in the middle."""
        self.meanwhile: Callable[[], Awaitable[None]] = _nothing
        """What others do while a write is under way."""
        self.writes: list[str] = []
        """What was written, or told, for which change."""

    def _listen(self) -> None:
        if not self.reachable:
            raise DirectoryUnreachable

    def _cut(self) -> None:
        if self.answers_are_cut:
            raise DirectoryUnreachable

    def _ask(self) -> None:
        self._listen()
        if self.questions_get_lost:
            raise DirectoryUnreachable

    def _answer(self, done: str) -> None:
        self.writes.append(done)
        if self.answers_get_lost:
            raise DirectoryUnreachable
