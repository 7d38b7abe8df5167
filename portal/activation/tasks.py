"""Writing letters with first-access codes. Codes exist in the sealed file and on paper; the database has their hash."""

from typing import Any
from uuid import UUID

import segno
from procrastinate import JobContext
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal import clock, crypto, i18n, journal
from portal.activation import actions, queries, rules
from portal.activation.models import ActivationCode, LetterBatch
from portal.activation.queries import Addressee
from portal.jobs import queue, workshop
from portal.members.rules import addressee
from portal.pdf import Sheet
from portal.profile.queries import address_value
from portal.profile.rules import envelope
from portal.settings import Settings
from portal.web.templating import environment


@queue.task(name="activation.print_letters", pass_context=True, retry=3)
async def print_letters(context: JobContext, batch_id: str) -> None:
    """No transaction is open while the renderer works; a second attempt makes new codes, and the old ones end."""
    shop = workshop(context)
    wanted = LetterBatch.id == UUID(batch_id)
    async with shop.database.begin() as db:
        batch = (await db.scalars(select(LetterBatch).where(wanted))).one()
        letters, left_out = await _write(db, shop.settings, batch)
    pdf = await shop.printer.render(Sheet(_render(shop.settings, letters))) if letters else None
    async with shop.database.begin() as db:
        values = {"written": len(letters), "left_out": left_out, "done_at": func.now()}
        content = crypto.seal(shop.settings.secret_key, "letters", pdf) if pdf else None
        await db.execute(update(LetterBatch).where(wanted).values(**values, content=content))


async def _write(
    db: AsyncSession, settings: Settings, batch: LetterBatch
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    found = await queries.addressees(db, batch.numbers)
    letters, left_out = [], []
    for number in batch.numbers:
        if reason := queries.reason_against(found.get(number)):
            left_out.append({"number": number, "reason": reason})
            continue
        letters.append(await _letter(db, settings, found[number], actor=f"staff:{batch.staff_id}"))
    return letters, left_out


async def _letter(db: AsyncSession, settings: Settings, found: Addressee, *, actor: str) -> dict[str, Any]:
    member, code = found.member, rules.new_code()
    values = {
        "code_hash": actions.code_hash(settings, member.number, rules.read_code(code)),
        "detail": found.known.detail,
        "made_at": func.now(),
        "expires_at": func.now() + rules.LIFE,
        "tries": 0,
        "used_at": None,
    }
    row = insert(ActivationCode).values(member_id=member.id, **values)
    await db.execute(row.on_conflict_do_update(index_elements=[ActivationCode.member_id], set_=values))
    await journal.write(db, "activation.letter.printed", actor=actor, member_id=member.id)
    return {
        "lines": envelope(address_value(found.address), addressee(member)),
        "number": member.number,
        "code": code,
        "detail": found.known.detail,
        "until": clock.today() + rules.LIFE,
        "language": member.language if member.language in i18n.LANGUAGES else i18n.DEFAULT,
    }


def _render(settings: Settings, letters: list[dict[str, Any]]) -> str:
    """One page each, in the member's language."""
    address = f"{settings.base_url}/first-access"
    env = environment(settings)
    qr = segno.make(address, error="m").svg_data_uri(scale=4, border=0)
    pages = []
    for letter in letters:
        with i18n.speaking(letter["language"]):
            pages.append(env.get_template("pdf/letter.html").render(letter=letter, qr=qr, address=address))
    return env.get_template("pdf/letters.html").render(pages=pages)
