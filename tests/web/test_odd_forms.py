"""Forms that no browser sends: they are refused in plain words, and are no fault of ours."""

import pytest

from portal.unsubscribe.rules import Link, link_token
from portal.web.body import whole_body
from tests.conftest import SECRET
from tests.personas import MARIE

PLAIN, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"
ODD_CHARSET = (
    b'--b\r\nContent-Disposition: form-data; name="act"\r\nContent-Type: text/plain; charset=odd\r\n\r\nx\r\n--b--\r\n'
)


async def test_a_charset_that_nobody_knows_is_refused(visitor) -> None:
    walker = visitor()
    for signed_in in (False, True):
        if signed_in:
            await walker.enter(MARIE)
        answer = await walker.client.post("/profile/name", content=ODD_CHARSET, headers={"Content-Type": PARTS})
        assert answer.status_code == 400


async def test_so_it_is_by_an_unsubscribe_link(visitor, member_id) -> None:
    path = f"/unsubscribe/{link_token(SECRET, Link(member_id(MARIE), 'appeals'))}"
    answer = await visitor().client.post(path, content=ODD_CHARSET, headers={"Content-Type": PARTS})
    assert answer.status_code == 400


async def test_a_field_with_an_unprintable_name_is_not_kept_for_later(visitor, owner) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    owner.execute("UPDATE web_session SET seen_at = now() - interval '31 minutes'")
    answer = await walker.client.post("/profile/phones", content=b"a%00=b", headers={"Content-Type": PLAIN})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert owner.execute("SELECT count(*) FROM draft").fetchone() == (0,)


@pytest.mark.parametrize("pieces", [1, 3, 1000])
async def test_a_form_in_many_small_pieces_is_held_as_one(pieces) -> None:
    """A million pieces of one letter each would else take a hundred times the room of the form."""
    sent = [{"type": "http.request", "body": b"a", "more_body": n < pieces} for n in range(1, pieces + 1)]
    again = await whole_body(_giving(sent))
    assert await again() == {"type": "http.request", "body": b"a" * pieces, "more_body": False}


async def test_who_hangs_up_in_the_middle_has_sent_nothing() -> None:
    sent = [{"type": "http.request", "body": b"a", "more_body": True}, {"type": "http.disconnect"}]
    again = await whole_body(_giving(sent))
    assert await again() == {"type": "http.disconnect"}


def _giving(messages):
    rest = iter(messages)

    async def receive():
        return next(rest)

    return receive
