"""The list by the days that are left, and the register."""

import csv
import io

from portal import clock, work
from portal.demo import requests
from tests.personas import CLAIRE, EDITOR, MARIE, NADIA
from tests.privacy.conftest import DESK


async def test_what_is_most_pressing_comes_first(officer, case) -> None:
    case(days=0)
    case(days=50, person=NADIA, right="erasure")
    text = (await officer.get(DESK)).text
    assert text.index("Nadia Benali") < text.index("Marie Dupont")
    assert "late" in text
    assert "days left" in text
    late = (await officer.get(f"{DESK}?show=late")).text
    assert "Nadia Benali" in late
    assert "Marie Dupont" not in late


async def test_closed_requests_have_their_own_list(officer, case) -> None:
    today = clock.today()
    case(answered_on=today, outcome="granted", delivered_on=today, delivery_proof="x", closed_on=today)
    assert "No request" in (await officer.get(DESK)).text
    assert "Marie Dupont" in (await officer.get(f"{DESK}?show=closed")).text
    assert (await officer.get(f"{DESK}?show=others")).status == 400


async def test_the_desk_of_requests_leads_here_and_decides_no_data_requests(officer, enters, case) -> None:
    number = case()
    page = await officer.get("/staff/requests")
    assert DESK in page.links
    assert "Marie Dupont" not in page.text
    assert (await officer.get(f"/staff/requests/{number}")).status == 404
    assert DESK not in (await (await enters(EDITOR)).get("/staff/requests")).links


async def test_no_cell_of_the_register_is_a_formula(officer, case, owner) -> None:
    case(channel="letter", identity="proved", identity_proof="x")
    for start in ("=", "+", "-", "@", "\t", "\r"):
        payload = f"{start}cmd|' /C calc'!A0"
        owner.execute("UPDATE data_case SET identity_proof = %s", [payload])
        page = await officer.get(f"{DESK}.csv?reason=Bilan")
        [head, line] = list(csv.reader(io.StringIO(page.html.removeprefix("\ufeff"), newline=""), delimiter=";"))
        cells = dict(zip(head, line, strict=True))
        assert cells["Proof of identity"] == f"'{payload}"
    assert cells["Member number"] == MARIE.number
    assert cells["Received on"] == clock.today().isoformat()


async def test_the_register_is_given_for_a_reason_that_is_noted(officer, case, one) -> None:
    case()
    page = await officer.get(f"{DESK}.csv")
    assert page.status == 422
    assert "Say what the register is for." in page.text
    assert one("SELECT count(*) FROM journal WHERE kind = 'data.register.made'") == (0,)
    await officer.get(f"{DESK}.csv?reason=Contrôle de la CNIL")
    data = one("SELECT data FROM journal WHERE kind = 'data.register.made'")[0]
    assert data == {"reason": "Contrôle de la CNIL", "cases": 1}


async def test_the_demonstration_shows_three_clocks(officer, owner, settings) -> None:
    for number, address in ((NADIA.number, "simone.lefebvre"), (CLAIRE.number, "henri.moreau")):
        owner.execute(
            "UPDATE email_address SET address = %s WHERE member_id = (SELECT id FROM member WHERE number = %s)",
            [f"{address}@example.org", number],
        )
    await work.as_owner(settings, requests.fill)
    text = (await officer.get(DESK)).text
    for words in ("late", "left", "The clock stands still"):
        assert words in text
