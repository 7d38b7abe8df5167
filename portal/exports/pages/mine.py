"""My answer: what is in it, until when it is there, and the file itself."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream, Template
from sqlalchemy.ext.asyncio import AsyncSession

from portal.database import release
from portal.exports import actions, paper, queries, rules
from portal.settings import Settings
from portal.web import forms, session
from portal.web.donor import Donor
from portal.web.errors import NotFound
from portal.web.session import HTTPRequest
from portal.web.templating import page

PATH = "/rights/answers/{export_id:uuid}"


@get(PATH)
async def show_answer(
    db: NamedDependency[AsyncSession], donor: NamedDependency[Donor], export_id: FromPath[UUID]
) -> Template:
    """Only while it may be downloaded: before, afterwards, and to anybody else there is no such page."""
    export = await queries.own(db, donor, export_id)
    if export is None or export.released_at is None:
        raise NotFound
    files = [file for file in await queries.files(db, export_id) if file.is_given]
    folders = Counter(file.name.rpartition("/")[0] for file in files)
    return page(
        "exports/answer",
        export=export,
        weight=paper.weight,
        title=rules.KINDS[export.kind],
        files=[file for file in files if "/" not in file.name],
        folders={name: (count, sum(file.size for file in files if file.name.startswith(f"{name}/")))
                 for name, count in folders.items() if name},
        until=export.released_at + rules.OPEN_FOR,
        left=rules.MOST_DOWNLOADS - export.downloads,
    )  # fmt: skip


@post(f"{PATH}/download", opt={"step_up": "/rights/answers/{export_id}"}, status_code=200)
async def download_answer(
    request: HTTPRequest,
    db: NamedDependency[AsyncSession],
    donor: NamedDependency[Donor],
    settings: NamedDependency[Settings],
    export_id: FromPath[UUID],
) -> Response[Any]:
    """Counted when it begins; a broken download is one of the five."""
    await forms.read(request, ())
    export = await actions.claim(db, donor, export_id, actor=request.user.actor)
    zipped = await queries.file(db, export_id, queries.ZIP)
    if export is None or zipped is None:
        raise NotFound
    return Stream(
        _parts(db, settings, donor, export_id),
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{zipped.name}"',
            "Content-Length": str(zipped.size),
            "Cache-Control": "no-store",
        },
    )


async def _parts(db: AsyncSession, settings: Settings, donor: Donor, export_id: UUID) -> AsyncIterator[bytes]:
    """A short transaction for each part: whoever downloads slowly keeps no connection."""
    number = 0
    while True:
        await session.reveal(db, member_id=donor.id)
        opened = await queries.part(db, settings, export_id, queries.ZIP, number)
        await release(db)
        if not opened:
            return
        yield opened
        number += 1


HANDLERS = [show_answer, download_answer]
