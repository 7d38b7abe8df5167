"""Many members with one change each, made in SQL, and a central base that has nothing but their languages."""

from typing import Any

import psycopg

from backoffice_sync.connectors.memory import MemoryDirectory
from backoffice_sync.directory import Applied, Conflict, MemberGone, Outcome, Row, Value
from backoffice_sync.mapping import ENTITIES

MEMBERS = """
INSERT INTO member (central_id, number, kind, civility, first_name, last_name, company_name, legal_form, language,
                    suspension_code, stop_promo, closed, held)
SELECT 'c' || n, 'C' || n, 'person', '', 'Anne', 'Durand', '', '', 'en', '', false, false, true
FROM generate_series(1, %s) AS n"""
CHANGES = """
INSERT INTO recorded_change (id, member_id, field_group, old, new, actor)
SELECT gen_random_uuid(), id, 'language', '{"language": "fr"}', '{"language": "en"}', 'tests'
FROM member WHERE central_id LIKE 'c%' ORDER BY substr(central_id, 2)::integer"""
MOVING = """
INSERT INTO field_in_motion (member_id, field_group, base)
SELECT member_id, field_group, old FROM recorded_change WHERE field_group = 'language' AND actor = 'tests'"""
LEFT = "SELECT count(*) FROM recorded_change WHERE status IN ('saved', 'sent')"


class Languages(MemoryDirectory):
    """Answers for a crowd in no time."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.spoken = {f"c{number}": "fr" for number in range(1, count + 1)}
        self.written: list[tuple[str, str]] = []

    async def read(self, member: str, group: str) -> Value | None:
        if member not in self.spoken:
            raise MemberGone
        return {"language": self.spoken[member]}

    async def rows_of(self, entity: str, member: str) -> list[Row]:
        card: dict[str, Any] = dict.fromkeys(ENTITIES["member"].incoming, "") | {
            "central_id": member,
            "number": member.upper(),
        }
        card |= {"kind": "person", "first_name": "Anne", "last_name": "Durand", "language": self.spoken[member]}
        card |= {"siren": None, "deceased_on": None, "stop_promo": False, "closed": False}
        return [tuple(card[name] for name in ENTITIES["member"].incoming)]

    async def write(
        self, member: str, group: str, value: Value | None, *, expected: Value | None, change_id: str
    ) -> Outcome:
        if {"language": self.spoken[member]} != expected:
            return Conflict()
        self.written.append((member, (value or {})["language"]))
        self.spoken[member] = (value or {})["language"]
        return Applied()


def gather(owner: psycopg.Connection[Any], count: int) -> Any:
    owner.execute(MEMBERS, [count])
    owner.execute(CHANGES)
    owner.execute(MOVING)
    owner.execute("ANALYZE")
    return Languages(count)
