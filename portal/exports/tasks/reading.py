"""What people read of an answer: the page, the PDF, what it is made of; and the zip of it all."""

import json
from collections import deque
from collections.abc import AsyncIterator

from jinja2 import Environment
from sqlalchemy.ext.asyncio import AsyncSession

from portal import i18n
from portal.exports import paper, queries, rules
from portal.exports.models import ExportFile
from portal.exports.tasks.step import Answer
from portal.extracts import queries as extracts
from portal.pdf import Sheet
from portal.web.templating import environment
from portal.zipping import stream

PAGE, PDF, ABOUT, ZIP = "page", "pdf", "about", "zip"
AT_ONCE = 200
"""Records of a table; a longer list is several tables."""
MOST_PRINTED = 60
"""Records of a set in the PDF: laying out all of a long life takes minutes, and the page beside it has them."""


async def give_page(answer: Answer) -> None:
    async with answer.step(PAGE) as db:
        if db:
            writer = answer.writer(db, await answer.next_number(db))
            async for piece in _pieces(answer, db):
                await writer.write(piece.encode())
            await writer.close(f"{answer.stem}.html", record_set=PAGE)


async def give_pdf(answer: Answer) -> None:
    """No transaction is open while it is laid out."""
    async with answer.step(PDF) as db:
        if db is None:
            return
        html = "".join([piece async for piece in _pieces(answer, db, most=MOST_PRINTED)])
    content = await answer.shop.printer.render(Sheet(html))
    async with answer.step(PDF) as db:
        if db:
            writer = answer.writer(db, await answer.next_number(db))
            await writer.write(content)
            await writer.close(f"{answer.stem}.pdf", record_set=PDF)


async def _pieces(answer: Answer, db: AsyncSession, *, most: int | None = None) -> AsyncIterator[str]:
    """The readable answer, from its JSON files: cover in both languages, then each set in the member's own."""
    templates = environment(answer.shop.settings)
    about = await _about(answer, db)
    first = answer.language
    yield _render(templates, "pdf/answer/head.html", first, about)
    for language in (first, *(other for other in i18n.LANGUAGES if other != first)):
        yield _render(templates, "pdf/answer/cover.html", language, about)
    for file in await queries.files(db, answer.id):
        if not file.name.endswith(".json") or not file.records:
            continue
        shown, number = min(file.records, most or file.records), 0
        async for rows in _batches(queries.lines(db, answer.shop.settings, answer.id, file.number), shown):
            more = {"number": number, "all": file.records, "shown": shown}
            yield _render(templates, "pdf/answer/set.html", first, about, file=file, rows=rows, **more)
            number += 1
    yield _render(templates, "pdf/answer/foot.html", first, about)


async def _batches(lines: AsyncIterator[bytes], most: int) -> AsyncIterator[list[rules.Row]]:
    """The last records, some at a time; of a list that is given whole none is held back."""
    waiting: deque[bytes] = deque(maxlen=most)
    async for line in lines:
        waiting.append(line)
        if len(waiting) == AT_ONCE < most:
            yield [json.loads(one) for one in waiting]
            waiting.clear()
    if waiting:
        yield [json.loads(one) for one in waiting]


def _render(templates: Environment, name: str, language: str, about: paper.About, **more: object) -> str:
    with i18n.speaking(language):
        if "file" in more:
            more |= paper.table(str(more["file"].record_set), more["rows"])  # type: ignore[attr-defined,arg-type]
        return templates.get_template(name).render(about=about, language=language, **more)


async def _about(answer: Answer, db: AsyncSession) -> paper.About:
    export = await queries.one(db, answer.id)
    assert export is not None  # noqa: S101 - for the type checker: it is being built
    state = await extracts.state(db, export.extract_id) if export.extract_id else None
    whole = state is not None and not state.is_waiting and not state.problem
    cuts = len(await queries.redactions(db, answer.id))
    return paper.About(answer.kind, answer.member, export.ordered_at, cuts, whole)


async def give_manifest(answer: Answer, db: AsyncSession) -> None:
    about, templates = await _about(answer, db), environment(answer.shop.settings)
    number = await answer.next_number(db)
    readme = answer.writer(db, number)
    for language in (answer.language, *(other for other in i18n.LANGUAGES if other != answer.language)):
        await readme.write(_render(templates, "pdf/answer/readme.txt", language, about).encode())
    await readme.close("README.txt", record_set="readme")
    manifest = answer.writer(db, number + 1)
    content = paper.manifest(about, await queries.files(db, answer.id))
    await manifest.write(json.dumps(content, ensure_ascii=False, indent=1).encode())
    await manifest.close("manifest.json", record_set=ABOUT)


async def give_zip(answer: Answer, db: AsyncSession) -> ExportFile:
    """People's files first; number 0 is the zip, which nothing else is numbered."""
    settings, files = answer.shop.settings, await queries.files(db, answer.id)

    async def each() -> AsyncIterator[tuple[str, AsyncIterator[bytes]]]:
        for file in sorted(files, key=lambda file: ("/" in file.name, file.number)):
            if not file.is_given:
                continue
            yield file.name, queries.content(db, settings, answer.id, file.number)

    writer = answer.writer(db, queries.ZIP)
    async for piece in stream(answer.export.ordered_at, each()):
        await writer.write(piece)
    return await writer.close(paper.zip_name(answer.language, answer.export.ordered_at), record_set=ZIP)
