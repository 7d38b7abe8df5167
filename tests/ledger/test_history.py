"""A donor reads what they chose before, staff read its proof, and both have it on paper."""

import pytest

from portal.ledger.pages import HISTORY, PROOFS
from portal.ledger.queries import MOST_PRINTED
from tests.consents.conftest import press, save
from tests.personas import ADMINISTRATOR, COMPLIANCE, EDITOR, MARIE, NADIA
from tests.receipts.papers import squeezed, words

ENTRY = (
    "INSERT INTO consent_entry (member_id, purpose, channel, act, source, actor) "
    "SELECT id, %s, %s, %s, %s, %s FROM member WHERE number = '1001'"
)


async def test_who_said_nothing_reads_so(marie) -> None:
    text = (await marie.get(HISTORY)).text
    assert "You have not told us anything about what we may send you." in text


async def test_a_donor_reads_what_they_said_when_where_and_after_which_text_newest_first(marie) -> None:
    await save(marie, untick=["petitions/sms"])
    await save(marie, **{"commercial/any": "yes"})
    page = await marie.get(HISTORY)
    agreed = page.text.index("Agreed – Commercial use")
    refused = page.text.index("No longer wanted – Petitions, by text message")
    assert agreed < refused
    assert page.text.count("in the donor space") == 2
    assert "The text that was shown Commercial use Companies that would like to offer you something" in page.text


async def test_what_one_press_said_of_many_things_is_one_act(marie) -> None:
    await press(marie, "nothing")
    page = await marie.get(HISTORY)
    assert "No longer wanted – 21 choices" in page.text
    assert page.text.count("The text that was shown") == 1
    assert "Exchange with other associations" in page.text


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("central", "told to the association"),
        ("unsubscribe link", "with the link in a mail"),
        ("complaint", "marked as unwanted in the mail program"),
    ],
)
async def test_the_history_says_where_an_act_came_from(marie, owner, source, words) -> None:
    owner.execute(ENTRY, ["news", "email", "objected", source, source])
    page = await marie.get(HISTORY)
    assert words in page.text
    assert "The text that was shown" not in page.text


async def test_a_long_history_comes_in_pages(marie, owner) -> None:
    for number in range(31):
        owner.execute(ENTRY, ["news", f"way {number}", "objected", "central", "central base"])
    first = await marie.get(HISTORY)
    assert "Page 1 of 2" in first.text
    assert "30 choices" in first.text
    assert "Page 2 of 2" in (await marie.get(f"{HISTORY}?number=2")).text


async def test_nobody_reads_anybody_elses(marie, visitor) -> None:
    await press(marie, "nothing")
    walker = visitor()
    await walker.enter(NADIA)
    assert "You have not told us anything" in (await walker.get(HISTORY)).text


@pytest.mark.parametrize("person", [EDITOR, COMPLIANCE, ADMINISTRATOR])
async def test_staff_see_what_is_stored_what_the_ledger_says_and_each_act(marie, visitor, member_id, person) -> None:
    await save(marie, untick=["petitions/sms"], **{"commercial/any": "yes"})
    walker = visitor()
    await walker.enter(person)
    path = f"/staff/members/{member_id(MARIE)}"
    assert f"{path}/consents" in (await walker.get(path)).links
    page = await walker.get(f"{path}/consents")
    holds = "No longer wanted – Petitions, by text message Agreed – Commercial use"
    assert f"Stored {holds} As it follows from the ledger {holds}" in page.text
    assert "The text that was shown" in page.text
    assert "differ" not in page.text


async def test_staff_are_warned_when_the_ledger_says_otherwise(editor, owner, member_id) -> None:
    path = f"/staff/members/{member_id(MARIE)}/consents"
    assert "differ" not in (await editor.get(path)).text
    owner.execute("UPDATE contact_choice SET objections = '{news/post}'")
    assert "What is stored and what follows from the ledger differ." in (await editor.get(path)).text


async def test_the_proof_of_nobody_is_not_found(editor, member_id) -> None:
    for path in ("/consents", "/consents/pdf"):
        assert (await editor.get(f"/staff/members/00000000-0000-0000-0000-000000000001{path}")).status == 404


async def test_the_proof_on_paper_has_every_entry_and_every_text_in_full(marie, editor, owner, member_id) -> None:
    await save(marie, untick=["petitions/sms"])
    await press(marie, "nothing")
    owner.execute(ENTRY, ["exchange", "any", "objection_withdrawn", "central", "central base"])
    answer = await editor.client.get(f"/staff/members/{member_id(MARIE)}/consents/pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="consents-1001.pdf"'
    read = words(answer.content)
    for expected in ("Consents and objections of Marie Dupont", "Les Mains Ouvertes", "Member number 1001"):
        assert expected in read
    tight = squeezed(read)
    for number, body in owner.execute("SELECT id, body FROM choice_text").fetchall():
        assert number in tight
        assert squeezed(body) in tight
    for (number,) in owner.execute("SELECT id FROM consent_entry").fetchall():
        assert f" {number} " in read
    assert "told to the association (the association)" in read
    assert "in the donor space (the member)" in read
    made = owner.execute("SELECT actor LIKE 'staff:%%', member_id FROM journal WHERE kind = 'consent.proof.made'")
    assert made.fetchall() == [(True, member_id(MARIE))]


async def test_a_donor_takes_the_same_proof_home(marie, one) -> None:
    await press(marie, "nothing")
    answer = await marie.client.get(f"{HISTORY}/pdf")
    assert "Nothing but receipts and what concerns my gifts" in words(answer.content)
    assert one("SELECT actor LIKE 'member:%%' FROM journal WHERE kind = 'consent.proof.made'") == (True,)


async def test_the_member_can_read_that_staff_looked_at_it(marie, editor, member_id) -> None:
    await editor.get(f"/staff/members/{member_id(MARIE)}/consents")
    assert "A staff member opened the record" in (await marie.get("/security")).text


async def test_of_a_ledger_without_end_the_newest_is_printed(marie, owner, monkeypatch) -> None:
    printed = []

    async def blank(sheet) -> bytes:
        printed.append(sheet.html)
        return b"%PDF"

    monkeypatch.setattr("portal.ledger.pages.PRINTER.render", blank)
    for number in range(MOST_PRINTED + 1):
        owner.execute(ENTRY, [f"purpose {number}", "any", "objected", "central", "central base"])
    await marie.client.get(f"{HISTORY}/pdf")
    assert printed[0].count("<tr><td>") == MOST_PRINTED
    assert "<td>purpose 0<" not in printed[0]
    assert f"<td>purpose {MOST_PRINTED}<" in printed[0]
    assert f"The newest {MOST_PRINTED} entries stand here." in printed[0]


async def test_nobody_keeps_the_printer_busy(marie, monkeypatch) -> None:
    async def blank(_sheet) -> bytes:
        return b"%PDF"

    monkeypatch.setattr("portal.ledger.pages.PRINTER.render", blank)
    for _ in range(PROOFS.most):
        assert (await marie.get(f"{HISTORY}/pdf")).status == 200
    refused = await marie.get(f"{HISTORY}/pdf")
    assert refused.status == 429
    assert "Please wait a while" in refused.text
