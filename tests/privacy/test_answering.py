"""From the first doubt to the proof that the answer arrived."""

from datetime import timedelta

import pytest

from portal import clock, jobs, work
from portal.mailing import queries as mailing
from tests.personas import MARIE
from tests.privacy.conftest import DESK, act, check, force

PROOF = "Appelée au numéro connu le 3 mars."


async def test_nothing_more_is_asked_of_whoever_was_signed_in(officer, case) -> None:
    page = await officer.get(f"{DESK}/{case()}")
    assert "Signed in: nothing more is asked" in page.text
    assert "What did you see?" not in page.text


async def test_the_clock_stands_still_until_the_proof_is_noted(officer, case, one) -> None:
    number = case(days=10, channel="letter")
    page = await act(officer, number, "identity-question")
    assert "The clock stands still" in page.text
    page = await act(officer, number, "identity", proof_of_identity="")
    assert page.status == 422
    assert "Without it the request cannot be answered." in page.text
    await act(officer, number, "identity", proof_of_identity=PROOF)
    today = clock.today()
    kept = one("SELECT identity, identity_proof, paused_on, resumed_on FROM data_case")
    assert kept == ("proved", PROOF, today, today)
    assert one("SELECT state, seen_on FROM member_request") == ("seen", today)
    page = await force(officer, number, "identity", proof_of_identity="Encore")
    assert "Nothing was changed now." in page.text


@pytest.mark.parametrize("step", ["building", "release"])
async def test_nothing_is_built_or_released_for_somebody_unknown(officer, case, one, step) -> None:
    number = case(channel="phone")
    page = await force(officer, number, step)
    assert page.status == 422
    assert "how we know that it is the member who asks" in page.text
    assert one("SELECT count(*) FROM data_export") == (0,)


async def test_what_is_not_known_to_be_the_members_can_only_be_refused_for_that(officer, case, one) -> None:
    number = case(channel="letter", right="objection")
    refused = {"outcome": "refused", "text": "Nous ne savons pas qui vous êtes."}
    assert "First ask for a proof" in (await act(officer, number, "answer", **refused, refusal="identity")).text
    assert (await act(officer, number, "answer", **refused, refusal="unfounded")).status == 422
    assert (await act(officer, number, "answer", outcome="granted", text="Oui")).status == 422
    await act(officer, number, "identity-question")
    await act(officer, number, "answer", **refused, refusal="identity")
    assert one("SELECT outcome, refusal FROM data_case") == ("refused", "identity")


async def test_an_answer_is_released_when_all_of_it_was_looked_after(officer, case, built, marie, one) -> None:
    number = case()
    built(number)
    assert "First tick all that belongs to the answer." in (await act(officer, number, "release")).text
    await check(officer, number)
    assert "whether the answer holds data of other people" in (await act(officer, number, "release")).text
    await check(officer, number, third_parties="no")
    page = await act(officer, number, "release")
    assert "The answer is released." in page.text
    assert one("SELECT state FROM data_export") == ("released",)
    assert one("SELECT outcome, answered_on, released_on FROM data_case") == ("granted", clock.today(), clock.today())
    state, told = one("SELECT state, told_at FROM member_request")
    assert (state, told is not None) == ("accepted", True), "the mail of the answer itself is enough"
    assert "Download the answer" in (await marie.get("/rights")).text


async def test_data_of_others_is_released_by_two_people(officer, second, case, built, one) -> None:
    number = case()
    built(number)
    await check(officer, number, third_parties="yes")
    page = await act(officer, number, "release")
    assert "Your signature is noted." in page.text
    assert one("SELECT state FROM data_export") == ("ready",)
    assert "You have signed already" in (await act(officer, number, "release")).text
    await force(officer, number, "checklist", third_parties="no")
    assert one("SELECT third_parties FROM data_case") == (True,), "what was seen is not taken back"
    await check(second, number)
    assert "The answer is released." in (await act(second, number, "release")).text
    signed, countersigned = one("SELECT signed_by, countersigned_by FROM data_case")
    assert signed != countersigned


async def test_an_answer_is_ordered_of_the_member_whose_request_it_is(officer, case, one) -> None:
    number = case(right="portability")
    page = await act(officer, number, "building")
    assert "The answer is being built." in page.text
    row = one("SELECT e.member_id = r.member_id, e.kind FROM data_export e JOIN member_request r ON r.id = request_id")
    assert row == (True, "portability")


async def test_an_erasure_is_granted_once_it_is_done(officer, case, owner, one) -> None:
    number = case(right="erasure")
    await check(officer, number, right="erasure")
    page = await act(officer, number, "answer", outcome="granted", text="C’est fait.")
    assert "First have the person erased" in page.text
    assert one("SELECT outcome FROM data_case") == ("",)
    owner.execute(
        "INSERT INTO erasure (member_id, digest, why, actor) SELECT member_id, 'x', 'asked', 'tests' FROM data_case"
    )
    page = await officer.get(f"{DESK}/{number}")
    assert "See what would be erased" not in page.text
    page = await act(officer, number, "answer", outcome="granted", text="C’est fait.")
    assert "Nobody is told: the person is erased." in page.text
    assert one("SELECT outcome FROM data_case") == ("granted",)


@pytest.mark.parametrize(
    ("right", "ground", "offered"),
    [("access", "others", True), ("access", "grounds", False), ("access", "law", False), ("erasure", "law", True),
     ("objection", "grounds", True), ("restriction", "others", False), ("portability", "unfounded", True)],
)  # fmt: skip
async def test_a_right_is_refused_on_a_ground_of_its_own_article(officer, case, one, right, ground, offered) -> None:
    number = case(right=right)
    assert (f'value="{ground}"' in (await officer.get(f"{DESK}/{number}")).html) is offered
    page = await act(officer, number, "answer", outcome="refused", refusal=ground, text="Non.")
    assert (page.status == 400) is not offered
    assert one("SELECT outcome FROM data_case") == ("refused" if offered else "",)


async def test_a_refusal_tells_how_to_complain_in_the_members_language(officer, case, marie, one) -> None:
    number = case(right="erasure")
    page = await act(officer, number, "answer", outcome="refused", text="La loi nous oblige à les garder.")
    assert "Choose the ground." in page.text
    await act(officer, number, "answer", outcome="refused", refusal="law", text="La loi nous oblige à les garder.")
    text = (await marie.get(f"/requests/{number}")).text
    assert "La loi nous oblige" in text
    assert "CNIL" in text
    page = await officer.get(f"{DESK}/{number}/letter")
    assert 'lang="fr"' in page.html, "the member's language"
    letter = page.text
    assert "12 BIS RUE DES LILAS" in letter
    assert "CNIL" in letter
    assert one("SELECT state FROM member_request") == ("refused",)
    assert one("SELECT count(*) FROM journal WHERE kind = 'request.answered'") == (1,)


async def test_a_request_is_closed_with_the_proof_that_its_answer_arrived(officer, case, one) -> None:
    number = case(days=3, right="objection")
    await check(officer, number, right="objection")
    await act(officer, number, "answer", outcome="granted", text="C’est noté.")
    today = clock.today().strftime("%d/%m/%Y")
    by_letter = {"delivered_by": "letter", "delivered_on": today}
    page = await act(officer, number, "closing", **by_letter, proof="")
    assert page.status == 422
    assert "without a proof the request stays open" in page.text
    page = await act(officer, number, "closing", **by_letter | {"delivered_on": "01/01/2020"}, proof="1A 234")
    assert "The request came later than this." in page.text
    page = await act(officer, number, "closing", **by_letter, proof="1A 234")
    assert "The request is closed." in page.text
    assert one("SELECT closed_on, delivery_proof FROM data_case") == (clock.today(), "1A 234")
    page = await force(officer, number, "closing", **by_letter, proof="Encore")
    assert "Nothing was changed now." in page.text


async def test_an_answer_that_nobody_downloaded_has_not_arrived_in_the_donor_space(
    officer, case, built, owner, one
) -> None:
    number = case()
    built(number)
    await check(officer, number, third_parties="no")
    await act(officer, number, "release")
    today = clock.today().strftime("%d/%m/%Y")
    arrived = {"delivered_by": "portal", "delivered_on": today, "proof": "Téléchargée"}
    assert "has not downloaded the answer yet" in (await act(officer, number, "closing", **arrived)).text
    owner.execute("UPDATE data_export SET downloads = 1")
    await act(officer, number, "closing", **arrived)
    assert one("SELECT closed_on FROM data_case") == (clock.today(),)


async def test_what_was_never_answered_cannot_be_closed(officer, case, one) -> None:
    page = await force(officer, case(), "closing", delivered_by="letter", delivered_on="01/01/2026", proof="x")
    assert one("SELECT closed_on FROM data_case") == (None,)
    assert page.status in {200, 422}


async def test_of_two_who_answer_the_first_one_holds(officer, second, case, one) -> None:
    number = case(right="objection")
    await check(officer, number, right="objection")
    form = await second.get(f"{DESK}/{number}")
    await act(officer, number, "answer", outcome="granted", text="Oui")
    refusal = {"outcome": "refused", "refusal": "grounds", "text": "Non"}
    page = await second.submit(form, f"{DESK}/{number}/answer", **refusal)
    assert "Somebody was faster" in page.text
    assert one("SELECT outcome, answer FROM data_case JOIN member_request ON id = request_id") == ("granted", "Oui")


async def test_two_months_more_are_ours_once_the_mail_has_left(officer, case, one, work_off, mails) -> None:
    number = case(days=20)
    page = await act(officer, number, "extension", reason="Quarante ans de dons.", notice="mail")
    assert "The e-mail is on its way" in page.text
    assert one("SELECT notice_sent_at FROM data_case") == (None,)
    await work_off()
    [mail] = mails.to(MARIE.email)
    text = mail.get_body(("plain",)).get_content()
    assert "Quarante ans de dons." in text
    assert "CNIL" in text
    assert "The member was told on" in (await officer.get(f"{DESK}/{number}")).text
    page = await force(officer, number, "extension", reason="Encore", notice="mail")
    assert page.status == 422, "once"


async def test_after_the_first_month_nobody_takes_more_time(officer, case, one) -> None:
    number = case(days=40)
    assert "lets nobody take more time now" in (await officer.get(f"{DESK}/{number}")).text
    page = await force(officer, number, "extension", reason="Trop tard", notice="post")
    assert page.status == 422
    assert one("SELECT extended_on FROM data_case") == (None,)


async def test_without_an_e_mail_that_works_the_notice_goes_by_post(officer, case, owner, one) -> None:
    owner.execute("UPDATE email_address SET bounced_on = current_date")
    number = case(days=20)
    page = await act(officer, number, "extension", reason="Complexe", notice="mail")
    assert "We have no e-mail address that works" in page.text
    await act(officer, number, "extension", reason="Complexe", notice="post")
    assert one("SELECT notice_sent_at IS NOT NULL FROM data_case") == (True,)
    assert "raison\xa0: Complexe" in (await officer.get(f"{DESK}/{number}/letter")).html, "in the member's language"


async def test_data_that_is_set_apart_is_not_used_until_the_member_is_told(officer, case, marie, settings, one) -> None:
    assert "fidélité" in (await marie.get("/")).text
    number = case(right="restriction")
    await check(officer, number, right="restriction")
    await act(officer, number, "answer", outcome="granted", text="C’est fait.")
    assert "fidélité" not in (await marie.get("/")).text
    assert "180" in (await marie.get("/receipts")).text, "receipts go on"
    assert await left_out(settings) == [MARIE.number]
    assert (await act(officer, number, "lifting", lifting_notice="")).status == 422
    await act(officer, number, "lifting", lifting_notice="Lettre du 3 mars")
    assert "fidélité" in (await marie.get("/")).text
    assert await left_out(settings) == []
    assert one("SELECT data ->> 'notice' FROM journal WHERE kind = 'data.restriction.lifted'") == ("Lettre du 3 mars",)


async def left_out(settings) -> list[str]:
    """Members whom no mailing may use."""

    async def read(db):
        return [record.number async for record in mailing.records(db, "email") if record.stop_promo]

    return await work.as_owner(settings, read)


async def test_every_step_stands_in_the_members_journal(officer, case, owner, member_id) -> None:
    number = case(channel="letter", right="objection")
    await act(officer, number, "identity-question")
    await act(officer, number, "identity", proof_of_identity=PROOF)
    kinds = [kind for (kind,) in owner.execute(
        "SELECT kind FROM journal WHERE member_id = %s AND kind LIKE 'data%%' ORDER BY id", [member_id(MARIE)]
    )]  # fmt: skip
    assert kinds == ["data.identity.asked", "data.identity.proved"]


# Before a day is missed


@pytest.fixture
def warn(settings, work_off):
    async def warn():
        await work.as_owner(settings, lambda db: jobs.defer(db, "privacy.warn", timestamp=0))
        await work_off()
        await work_off()

    return warn


async def test_officers_are_told_once_at_each_step(case, warn, mails, owner) -> None:
    case(days=0)
    late = case(days=60, right="erasure")
    await warn()
    [mail] = mails.to("compliance@association.example")
    text = mail.get_body(("plain",)).get_content()
    assert str(late) in text
    assert text.count("/staff/data-requests/") == 1
    assert "Dupont" not in mail.as_string()
    await warn()
    assert len(mails.mails) == 1
    owner.execute("UPDATE data_case SET warned_at = 3")
    await warn()
    assert len(mails.mails) == 2, "a nearer step is news"


async def test_nobody_is_told_of_what_is_answered(case, warn, mails) -> None:
    case(days=60, answered_on=clock.today() - timedelta(days=40), outcome="granted")
    await warn()
    assert mails.mails == []
