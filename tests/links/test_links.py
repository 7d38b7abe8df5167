"""My other links with the association; the brochure on legacies in three presses; the days that staff note."""

import pytest

from tests.personas import COMPLIANCE, EDITOR, MARIE, NADIA


@pytest.fixture
async def marie(visitor):
    walker = visitor()
    await walker.enter(MARIE)
    return walker


@pytest.fixture
def tie(owner, member_id):
    def tie(kind, title, person=MARIE, **more) -> None:
        values = {"central_id": f"{kind} {title}", "member_id": member_id(person), "kind": kind, "title": title} | more
        names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        owner.execute(f"INSERT INTO member_link ({names}) VALUES ({marks})", list(values.values()))

    return tie


async def test_links_stand_by_kind_and_an_empty_kind_is_not_there(marie, tie) -> None:
    tie("petition", "Homes for all", starts_on="2026-02-01", state="done")
    tie("sponsorship", "Awa", amount=28, starts_on="2020-02-01", state="active", detail="School of Keur Massar")
    tie("order", "Cards", NADIA)
    page = await marie.get("/links")
    assert page.text.index("Children whom I sponsor") < page.text.index("Petitions that I signed")
    assert "School of Keur Massar" in page.text
    assert "€28.00" in page.text
    assert "Events" not in page.text.split("A legacy")[0]
    assert "Cards" not in page.text
    assert "/links" in (await marie.get("/")).links


async def test_who_has_none_reads_what_would_be_here_and_finds_no_link_to_it(visitor, tie) -> None:
    tie("petition", "Homes for all")
    nadia = visitor()
    await nadia.enter(NADIA)
    assert "Nothing here yet" in (await nadia.get("/links")).text
    assert "/links" not in (await nadia.get("/")).links


async def test_a_long_list_is_paged_and_costs_no_more(marie, tie) -> None:
    for number in range(40):
        tie("petition", f"Petition {number:02}", starts_on="2026-02-01")
    first, second = await marie.get("/links"), await marie.get("/links?number=2")
    assert (first.text.count("Petition "), second.text.count("Petition ")) == (30, 10)


async def test_the_brochure_is_three_presses_away_and_nothing_else_is_asked(marie, owner) -> None:
    page = await marie.get("/links")
    path = "/requests/new/legacy"
    assert path in page.links
    form = await marie.get(path)
    assert "commits you to nothing" in page.text
    assert form.form(path)["wish"] == "post"
    sent = await marie.submit(form, path)
    assert "Your request is sent." in sent.text
    asked = owner.execute("SELECT kind, about, wish FROM member_request").fetchall()
    assert asked == [("legacy", "post", "By post")]


async def test_staff_note_the_days_and_the_donor_reads_them(visitor, marie, owner, member_id) -> None:
    asking = await marie.get("/requests/new/legacy")
    await marie.submit(asking, "/requests/new/legacy", wish="call", words="In the morning")
    path = f"/staff/members/{member_id(MARIE)}/legacy"
    editor = visitor()
    await editor.enter(EDITOR)
    page, stale = await editor.get(path), await editor.get(path)
    assert "The donor asked for the brochure here" in page.text
    saved = await editor.submit(page, path, sent_on="02/03/2026", promised_on="2026-05-04")
    assert "The days are noted." in saved.text
    assert saved.form(path)["promised_on"] == "04/05/2026"
    told = (await marie.get("/links")).text
    assert "You told us of a legacy on" in told
    assert "Confirmed on" not in told, "what has not come is not there"
    [(data,)] = owner.execute("SELECT data FROM journal WHERE kind = 'legacy.noted'").fetchall()
    assert data["new"] == {"sent_on": "2026-03-02", "promised_on": "2026-05-04"}
    late = await editor.submit(stale, path, sent_on="01/01/2026")
    assert late.status == 409, "who saw the empty form sees what was noted meanwhile"
    assert "02/03/2026" in late.text
    wrong = await editor.submit(saved, path, confirmed_on="31/12/2099")
    assert wrong.status == 422
    assert "not in the future" in wrong.text


async def test_compliance_reads_the_days_and_changes_nothing(visitor, member_id) -> None:
    path = f"/staff/members/{member_id(MARIE)}/legacy"
    officer = visitor()
    await officer.enter(COMPLIANCE)
    page = await officer.get(path)
    assert page.status == 200
    assert (await officer.submit(page, path, sent_on="02/03/2026")).status == 404
