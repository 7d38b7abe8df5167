"""What a member does in the portal and what people do in the central base, each at the choice of a small number."""

from datetime import date
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from backoffice_sync.mapping import ENTITIES, GROUPS, Rule, in_normal_form
from portal import clock
from portal.addresses import actions as addresses
from portal.addresses.queries import mine
from portal.addresses.rules.stays import Stay
from portal.consents import actions as choices
from portal.consents import queries as chosen_now
from portal.consents.rules import Choice
from portal.database import Database
from portal.emails import actions as emails
from portal.emails import queries as email_queries
from portal.memos.actions import set_memo
from portal.memos.queries import text_of
from portal.memos.rules import MemoText, as_group
from portal.phones import actions as phones
from portal.phones import queries as phone_queries
from portal.phones.rules import Phone
from portal.profile.queries import address_group
from portal.profile.rules import Address
from portal.tracking import actions as tracking
from portal.tracking import queries as tracked
from portal.web.donor import Donor
from portal.web.forms import fingerprint
from tests.backoffice_sync.bases import Twin

STREETS = [Address(house_number="1", street=f"rue {name}", postcode="69002", town="Lyon") for name in ("A", "B", "C")]
NUMBERS, MAILBOXES = ["+33612345678", "+33478000000"], ["a@example.org", "b@example.org", "c@example.org"]
MEMOS = ["Merci", "0", " <b>Bonjour</b>, that is too long for some"]
CODES = {"objections": ["appeals/post", "exchange/any"], "consents": ["commercial/any"]}
RHYTHMS = ["all", "yearly", "quarterly"]
REQUEST: Any = SimpleNamespace(user=SimpleNamespace(session_id=uuid4(), mailbox=""))


class Here:
    """A donor, who uses what the pages use."""

    def __init__(self, here: Database) -> None:
        self.here, self.donor = here, Donor(uuid4())

    async def phones(self, which: int) -> None:
        async with self.here.begin() as db:
            phone = Phone(NUMBERS[which % 2], "mobile")
            listed = (await phone_queries.phones(db, self.donor)).listed
            await phones.replace(db, self.donor, *((phone, None) if phone in listed else (None, phone)))

    async def other_address(self, which: int) -> None:
        async with self.here.begin() as db:
            street, others = STREETS[which], (await mine(db, self.donor)).others
            key = next((key for key, row in others.items() if row.street == street.street), None)
            if key:
                await addresses.remove(db, self.donor, key)
            else:
                await addresses.save_other(db, self.donor, None, Stay(street))

    async def address(self, which: int) -> None:
        async with self.here.begin() as db:
            seen = fingerprint(address_group((await mine(db, self.donor)).main))
            await addresses.save_main(db, self.donor, STREETS[which], seen=seen)

    async def swap(self, which: int) -> None:
        async with self.here.begin() as db:
            others = sorted((await mine(db, self.donor)).others)
            if others:
                await addresses.make_main(db, self.donor, others[which % len(others)])

    async def main_email(self, which: int) -> None:
        async with self.here.begin() as db:
            await emails.make_main(db, REQUEST, self.donor, MAILBOXES[which], confirmed_on=clock.today())

    async def email(self, which: int) -> None:
        async with self.here.begin() as db:
            held = await email_queries.emails(db, self.donor)
            if MAILBOXES[which] in {email.mailbox for email in held}:
                await emails.remove(db, REQUEST, self.donor, MAILBOXES[which])
            else:
                await emails._keep_beside(db, REQUEST, self.donor, MAILBOXES[which])

    async def objections(self, which: int) -> None:
        await self._choose(objections=CODES["objections"][which % 2])

    async def consents(self, _which: int) -> None:
        await self._choose(consents=CODES["consents"][0])

    async def rhythm(self, which: int) -> None:
        await self._choose(objections=CODES["objections"][which % 2], rhythm=RHYTHMS[which])

    async def _choose(self, rhythm: str = "", **codes: str) -> None:
        async with self.here.begin() as db:
            standing = await chosen_now.standing(db, self.donor.id)
            assert standing is not None
            now = standing.choice
            named = {name: tuple({*getattr(now, name)} ^ {codes[name]} if name in codes else getattr(now, name))
                     for name in CODES}  # fmt: skip
            wanted = Choice(named["objections"], named["consents"], rhythm or now.post_rhythm, now.paused_until)
            await choices.save(db, self.donor, wanted, shown={}, seen=fingerprint(now.value))

    async def memo(self, which: int) -> None:
        async with self.here.begin() as db:
            seen = fingerprint(as_group(await text_of(db, self.donor.id)))
            await set_memo(db, self.donor.id, MemoText(MEMOS[which], None, None), actor="staff", seen=seen)

    async def undo(self, which: int) -> None:
        async with self.here.begin() as db:
            made = await tracked.listed(db, self.donor, offset=which, limit=1)
            if made:
                await tracking.undo(db, self.donor, made[0].id)

    async def read(self, name: str) -> Any:
        group, entity = GROUPS[name], ENTITIES[GROUPS[name].entity]
        table = entity.table
        mine = [table.c[entity.owner] == self.donor.id, *(table.c[column] == value for column, value in group.only)]
        query = select(*(table.c[column] for column in group.items or group.fields)).where(*mine)
        async with self.here.begin() as db:
            rows: list[tuple[Any, ...]] = [tuple(map(_plain, row)) for row in await db.execute(query)]
        if group.rule is Rule.EACH_ITEM and not group.items:
            rows = [(code,) for (codes,) in rows for code in codes]
        return in_normal_form(group, rows)


class There:
    """The association, at the twin of its central base."""

    def __init__(self, base: Twin, key: int) -> None:
        self.base, self.key = base, key

    async def phones(self, which: int) -> None:
        await self._toggle("phones", {"number": NUMBERS[which % 2], "kind": "mobile"})

    async def other_address(self, which: int) -> None:
        await self._toggle("other_addresses", Stay(STREETS[which]).as_item())

    async def objections(self, which: int) -> None:
        await self._toggle("objections", CODES["objections"][which % 2])

    async def consents(self, _which: int) -> None:
        await self._toggle("consents", CODES["consents"][0])

    async def email(self, which: int) -> None:
        main = await self.read("email")
        if main is None or main["address"] != MAILBOXES[which]:
            await self._toggle("other_emails", {"address": MAILBOXES[which]})

    async def address(self, which: int) -> None:
        await self._type("address", STREETS[which].as_group())

    async def rhythm(self, which: int) -> None:
        await self._type("contact_rhythm", {"post_rhythm": RHYTHMS[which], "paused_until": None})

    async def memo(self, which: int) -> None:
        await self._type("memo", {"body": MEMOS[which], "starts_on": None, "ends_on": None})

    async def _toggle(self, group: str, element: Any) -> None:
        [name] = GROUPS[group].fields
        held = (await self.read(group))[name]
        rest = [other for other in held if other != element]
        await self._type(group, {name: rest if element in held else [*held, element]})

    async def _type(self, group: str, value: dict[str, Any]) -> None:
        self.base.directory.replace(str(self.key), group, value)

    async def read(self, group: str) -> Any:
        return self.base.directory.group(str(self.key), group)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
