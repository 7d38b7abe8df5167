"""Every way into the application, from its own table, for everybody who may knock: against a reviewed table."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from sqlalchemy import text
from sqlalchemy.engine import make_url

from portal import crypto
from portal.addresses.rules.stays import Stay
from portal.app import build
from portal.database import Database
from portal.profile.rules import Address
from portal.web import forms
from portal.web.session import OPEN, limits
from tests.conftest import SECRET
from tests.personas import ADMINISTRATOR, COMPLIANCE, EDITOR, MARIE, NADIA, READER, STRANGER, THIS_YEAR
from tests.walker import Walker

ROLES = {
    "anonymous": None,
    "donor": MARIE,
    "other donor": STRANGER,
    "reader": READER,
    "editor": EDITOR,
    "compliance": COMPLIANCE,
    "administrator": ADMINISTRATOR,
}
MATRIX = Path(__file__).with_name("authorisation.txt")


def table(app: Litestar) -> dict[str, HTTPRouteHandler]:
    found = {}
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS"}):
                found[f"{method} {route.path_format if ':' not in route.path else route.path}"] = handler
    return found


def reviewed() -> dict[str, dict[str, str]]:
    lines = [line for line in MATRIX.read_text().splitlines() if line and not line.startswith("#")]
    rows = [re.split(r"\s{2,}", line) for line in lines]
    return {route: dict(zip(ROLES, outcomes, strict=True)) for route, *outcomes in rows}


@pytest.fixture
def filled(owner, member_id) -> Callable[[str], tuple[str, str]]:
    """Method and address of a route, with numbers of what belongs to Marie and to the editor filled in."""
    marie = member_id(MARIE)

    def number(query: str, *values: object) -> object:
        row = owner.execute(query, values).fetchone()
        assert row is not None
        return row[0]

    visit = "INSERT INTO web_session (secret_hash, member_id, user_agent) VALUES ('x', %s, '') RETURNING id"
    key = (
        "INSERT INTO passkey (member_id, credential_id, public_key, sign_count, name) "
        "VALUES (%s, 'c', 'k', 0, 'Dupont') RETURNING id"
    )
    letters = (
        "INSERT INTO letter_batch (staff_id, numbers, done_at, content) "
        "SELECT id, '[]', now(), %s FROM staff_account WHERE role = 'editor' RETURNING id"
    )
    asked = (
        "WITH asked AS (INSERT INTO recorded_change (id, member_id, field_group, old, new, actor, status) "
        "SELECT gen_random_uuid(), id, 'identity', identity, identity, 'member:' || id, 'review' FROM (SELECT id, "
        "to_jsonb(m) AS identity FROM member m WHERE id = %s) AS one RETURNING id, member_id) "
        "INSERT INTO correction_request (change_id, member_id, reason, document) "
        "SELECT id, member_id, 'Dupont', %s FROM asked RETURNING change_id"
    )
    other = (
        "INSERT INTO email_address (member_id, address, is_main, origin, recorded_on) "
        "VALUES (%s, 'dupont@example.net', false, '', '2020-01-01') RETURNING mailbox"
    )
    conflict = "INSERT INTO sync_conflict (member_id, field_group, rule) VALUES (%s, 'language', '') RETURNING id"
    pair = (
        "INSERT INTO suspected_duplicate (member_id, other_id, signs) "
        "SELECT least(id, %s), greatest(id, %s), '{email}' FROM member WHERE number = '1002' RETURNING id"
    )
    wish = "INSERT INTO member_request (key, member_id, kind, wish) VALUES ('k', %s, 'other', 'Dupont') RETURNING id"
    filed = number(
        "WITH filed AS (INSERT INTO document (member_id, title, direction, dated_on, for_member, held) "
        "VALUES (%s, 'Dupont', 'sent', '2026-01-01', true, 'x') RETURNING id, member_id) "
        "INSERT INTO document_file (document_id, member_id, sealed) SELECT id, member_id, %s FROM filed "
        "RETURNING document_id",
        marie,
        crypto.seal("a secret for tests, long enough to be accepted", "document", b"%PDF-"),
    )
    case = (
        "INSERT INTO member_request (key, member_id, kind, about, wish) "
        "VALUES ('c', %s, 'data', 'access', 'Dupont') RETURNING id"
    )
    erasure = (
        "INSERT INTO member_request (key, member_id, kind, about, wish) "
        "VALUES ('e', %s, 'data', 'erasure', 'Dupont') RETURNING id"
    )
    answer = answer_of(owner, marie)
    beside = Stay(Address(town="Dupont")).as_item()
    columns = beside | {"is_main": False, "member_id": marie}
    place = (
        f"INSERT INTO postal_address ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))}) RETURNING id"
    )
    message = (
        "INSERT INTO message (title, body_fr, body_en, audience, author_id) "
        "SELECT 'Dupont', 'Dupont', 'Dupont', '{\"kind\": \"everybody\"}', id FROM staff_account WHERE role = 'editor' "
        "RETURNING id"
    )
    selection = (
        "INSERT INTO saved_selection (name, criteria, author_id) "
        "SELECT 'Dupont', '{}', id FROM staff_account WHERE role = 'editor' RETURNING id"
    )
    ids = {
        "member_id:uuid": marie,
        "message_id:uuid": number(message),
        "selection_id:uuid": number(selection),
        "address_key:str": forms.fingerprint([marie, beside]),
        "change_id:uuid": number(
            asked, marie, crypto.seal("a secret for tests, long enough to be accepted", "correction", b"%PDF-")
        ),
        "conflict_id:uuid": number(conflict, marie),
        "pair_id:uuid": number(pair, marie, marie),
        "request_id:uuid": number(wish, marie),
        "case_id:uuid": number(case, marie),
        "erasure_id:uuid": number(erasure, marie),
        "kind:str": "document",
        "export_id:uuid": answer,
        "file_number:int": 1,
        "position:int": 0,
        "cut_id:uuid": number("SELECT id FROM redaction"),
        "document_id:uuid": filed,
        "receipt_id:uuid": number("SELECT id FROM receipt"),
        "gift_id:uuid": number("SELECT id FROM gift WHERE central_id = 'g1'"),
        "passkey_id:uuid": number(key, marie),
        "batch_id:uuid": number(
            letters, crypto.seal("a secret for tests, long enough to be accepted", "letters", b"%PDF")
        ),
        "last_day:date": f"{THIS_YEAR - 1}-12-31",
        "audience:str": "staff",
        "token:str": "x" * 43,
        "list_name:str": "shared",
        "figure_name:str": "sign-ins",
        "email_key:str": forms.fingerprint([marie, number(other, marie)]),
        "phone_key:str": forms.fingerprint([marie, "06 12 34 56 78", "mobile"]),
        "file_path:path": "portal.css",
    }

    owner.execute("UPDATE data_case SET extended_on = current_date, extension_reason = 'Dupont'")

    def fill(route: str) -> tuple[str, str]:
        method, path = route.split(" ")
        ids["session_id:uuid"] = number(visit, marie)  # another knock may have ended the last one
        number(place, *columns.values())  # or have taken this one away
        return method, re.sub(r"/?\{([^}]+)\}", lambda found: f"/{ids[found[1]]}", path)

    return fill


def answer_of(owner, marie: UUID) -> UUID:
    """Everything about her, released to her; it holds a zip and a set of records."""
    row = owner.execute(
        "INSERT INTO data_export (member_id, kind, state, ordered_by, released_at, size) "
        "VALUES (%s, 'access', 'released', 'staff:x', now(), 2) RETURNING id",
        [marie],
    ).fetchone()
    cut = "INSERT INTO redaction (export_id, record_set, record_key, reason, made_by) VALUES (%s, 'x', 'x', 'x', 'x')"
    owner.execute(cut, row)
    held = {0: ("x.zip", b"PK"), 1: ("data/requests.json", b'[\n{"wish": "Dupont", "_key": "k"}\n]\n')}
    for file, (name, content) in held.items():
        sealed = crypto.seal_part(SECRET, f"export/{row[0]}/{file}/0", content)
        of_file = "INSERT INTO export_file (export_id, number, name, record_set, records, size, sha256) "
        owner.execute(f"{of_file} VALUES (%s, %s, %s, 'requests', 1, %s, '')", [row[0], file, name, len(content)])
        owner.execute("INSERT INTO export_part VALUES (%s, %s, 0, %s)", [row[0], file, sealed])
    found: UUID = row[0]
    return found


def outcome(answer: httpx2.Response) -> str:
    where = answer.headers.get("location", "")
    if answer.status_code == 303:
        for place, word in {"/sign-in?": "sign-in", "/sign-in": "sign-in", "/staff": "desk"}.items():
            if where == place or (place.endswith("?") and where.startswith(place)):
                return word
        if where.startswith("/security/confirmation"):
            return "prove"
    return str(answer.status_code) if answer.status_code in {403, 404} or answer.status_code == 500 else "in"


async def test_every_route_stands_in_the_reviewed_table(app) -> None:
    assert set(reviewed()) == set(table(app))


@pytest.mark.parametrize("role", ROLES)
async def test_everybody_gets_just_where_the_reviewed_table_says(visitor, app, filled, role) -> None:
    wrong = []
    for route, expected in reviewed().items():
        method, path = filled(route)
        answer = await knock(visitor(), ROLES[role], method, path)
        if outcome(answer) != expected[role]:
            wrong.append(f"{route}: {outcome(answer)} ({answer.status_code}), not {expected[role]}")
    assert not wrong, "\n".join(wrong)


async def knock(walker: Walker, person, method: str, path: str) -> httpx2.Response:
    """With the token of an own page, so that what refuses is not the missing token."""
    data = None
    if person is not None:
        await walker.enter(person)
        data = {"csrf_token": (await walker.get("/security")).form("/sign-out")["csrf_token"]}
    return await walker.client.request(method, path, data=data if method == "POST" else None)


@pytest.fixture
def private(app, filled) -> list[tuple[str, str]]:
    """Method and address of every route that is not public."""
    return [filled(route) for route, handler in table(app).items() if not handler.opt.get("public")]


async def test_nobody_gets_anywhere_without_signing_in(visitor, private) -> None:
    for method, path in private:
        answer = await visitor().client.request(method, path)
        assert answer.status_code == 303, (method, path)
        assert answer.headers["location"].startswith("/sign-in"), (method, path)


async def test_a_stranger_sees_nothing_of_marie_on_any_path(visitor, private) -> None:
    await sweep(visitor, private)


async def test_the_first_wall_holds_when_the_second_is_taken_away(settings, owner, private) -> None:
    """The application on the owner's connection, which row-level security does not bind."""
    database = Database(make_url(settings.database_url).set(drivername="postgresql+psycopg"))
    app = build(settings, database)
    await sweep(lambda: Walker(app, settings, owner), private)
    await database.close()


async def sweep(visitor, private) -> None:
    for method, path in private:
        answer = await knock(visitor(), STRANGER, method, path)
        for secret in ("Dupont", "DON-1001", "fidélité", "•••• 0189", "LILAS", "06 12 34"):
            assert secret not in answer.text, (method, path, secret)
        if path.startswith("/staff") or re.search(r"[0-9a-f]{8}-", path):
            assert answer.status_code == 404, (method, path)


async def test_what_is_not_yours_looks_just_like_what_does_not_exist(visitor, private) -> None:
    stranger = visitor()
    await stranger.enter(STRANGER)
    looked = 0
    for method, path in private:
        if method != "GET" or path.startswith("/staff") or not re.search(r"[0-9a-f]{8}-", path):
            continue
        theirs = await stranger.get(path)
        nobodys = await stranger.get(re.sub(r"[0-9a-f-]{36}", str(UUID(int=1)), path))
        assert (theirs.status, theirs.html) == (nobodys.status, nobodys.html)
        looked += 1
    assert looked == 8


async def test_staff_who_look_can_change_nothing_on_any_path(visitor, app, filled, member_id) -> None:
    editor = visitor()
    await editor.enter(EDITOR)
    marie = member_id(MARIE)
    page = await editor.get(f"/staff/members/{marie}")
    page = await editor.submit(page, f"/staff/members/{marie}/viewing", reason="On the phone")
    token = page.form("/staff/viewing-end")["csrf_token"]
    posts = [
        filled(route)[1]
        for route, handler in table(app).items()
        if "POST" in route and not handler.opt.get("public") and not handler.opt.get("for_staff")
    ]
    assert len(posts) > 10
    for path in posts:
        assert (await editor.post(path, csrf_token=token)).status == 403, path


@pytest.mark.parametrize("person", [NADIA, EDITOR])
async def test_what_is_sensitive_wants_a_fresh_proof(visitor, app, filled, owner, person) -> None:
    walker = visitor()
    await walker.enter(person)
    token = (await walker.get("/security")).form("/sign-out")["csrf_token"]
    owner.execute("UPDATE web_session SET proved_at = now() - interval '11 minutes'")
    sensitive = [
        route
        for route, handler in table(app).items()
        if handler.opt.get("step_up")
        and not re.search("oidc|identities", route)
        and (handler.opt.get("personal") or bool(handler.opt.get("for_staff")) is (person is EDITOR))
    ]
    assert len(sensitive) >= 6
    for route in sensitive:
        method, path = filled(route)
        answer = await walker.client.request(method, path, data={"csrf_token": token} if method == "POST" else None)
        assert outcome(answer) == "prove", route


async def test_the_second_wall_holds_when_the_first_is_taken_away(settings, visitor, database, filled) -> None:
    """The web's database role, asked for everybody's rows, sees those of the signed-in donor alone."""
    walker = visitor()
    session_id = await walker.enter(NADIA)
    secret = walker.client.cookies["__Host-session"].split(".")[1]
    walled = (
        "gift", "mandate", "receipt", "postal_address", "phone", "email_address", "journal", "recorded_change",
        "passkey", "draft", "donor_identity", "activation_code", "contact_choice", "consent_entry",
        "correction_request", "member_request", "message", "message_addressee", "memo_shown", "memo_translation",
        "memo_proposal", "data_case", "document", "document_file", "member_link", "legacy_enquiry",
        "extract_order", "vouched_email", "data_export", "export_file", "export_part", "redaction",
    )  # fmt: skip
    async with database.begin() as db:
        for name in (*walled, "member", "memo"):
            assert await db.scalar(text(f"SELECT count(*) FROM {name}")) == 0, f"a visitor sees {name}"
        await db.execute(OPEN, {"id": session_id, "hash": crypto.digest(secret)} | limits(settings))
        assert (await db.scalars(text("SELECT number FROM member"))).all() == [NADIA.number]
        assert (await db.scalars(text("SELECT address FROM email_address"))).all() == [NADIA.email]
        for name in ("gift", "passkey"):
            assert await db.scalar(text(f"SELECT count(*) FROM {name}")) == 0
