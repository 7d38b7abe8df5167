"""An answer as the desk orders it, the worker builds it, and its reader opens it."""

import io
import zipfile
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import pytest

from portal.exports import queries, store
from portal.jobs import defer
from portal.pdf import Printer
from portal.web import session
from tests.personas import COMPLIANCE, MARIE, Person

LAID_OUT = Printer.render
Order = Callable[..., Awaitable[UUID]]


@pytest.fixture(autouse=True)
def _quick(monkeypatch) -> None:
    """Laying out takes seconds; the one test that reads the PDF has it laid out."""

    async def render(self, sheet) -> bytes:
        return b"%PDF-"

    monkeypatch.setattr(Printer, "render", render)


@pytest.fixture
def go_on(database, owner, work_off):
    """As the worker does every minute with whatever is unfinished."""

    async def do() -> None:
        async with database.begin() as db:
            for (export_id,) in owner.execute("SELECT id FROM data_export").fetchall():
                await defer(db, "exports.build", export_id=str(export_id))
        await work_off()

    return do


@pytest.fixture
async def officer(visitor):
    walker = visitor()
    await walker.enter(COMPLIANCE)
    return walker


@pytest.fixture
def order(database, member_id) -> Order:
    async def do(person: Person = MARIE, kind: str = "access", request_id: UUID | None = None) -> UUID:
        async with database.begin() as db:
            await session.reveal(db, staff_id=uuid4())
            found: UUID = await store.order(
                db, member_id=member_id(person), kind=kind, request_id=request_id, actor="staff:tests"
            )
            return found

    return do


@pytest.fixture
def built(order: Order, owner, work_off) -> Order:
    """Ordered and built, the central base having nothing to add."""

    async def do(person: Person = MARIE, kind: str = "access") -> UUID:
        export_id = await order(person, kind)
        owner.execute("UPDATE extract_order SET done_at = now()")
        await work_off()
        return export_id

    return do


@pytest.fixture
def opened(database, settings) -> Callable[[UUID], Awaitable[zipfile.ZipFile]]:
    """The zip of an answer, as an officer's browser would get it."""

    async def do(export_id: UUID) -> zipfile.ZipFile:
        async with database.begin() as db:
            await session.reveal(db, staff_id=uuid4())
            return zipfile.ZipFile(
                io.BytesIO(b"".join([part async for part in queries.content(db, settings, export_id, queries.ZIP)]))
            )

    return do
