"""Whatever a browser sends as the answer of a device, it is verified or refused; nothing else ever happens."""

import json
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.passkeys import rules
from portal.passkeys.rules import PasskeyRefused
from tests.passkeys.authenticator import Authenticator, decoded, encoded

HOST, ORIGIN = "portal.test", "https://portal.test"
MAKING = rules.creation(host=HOST, organisation="Les Mains Ouvertes", owner=b"m" * 16, name="Marie", known=[])
USING = rules.request(host=HOST)
DEVICE = Authenticator(ORIGIN)
MADE = DEVICE.create(MAKING)
KEY = rules.verify_creation(MADE, MAKING, host=HOST, origin=ORIGIN)
USED = DEVICE.get(USING)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
CBOR = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.binary(max_size=80) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.integers(-4, 4) | st.sampled_from(["fmt", "authData", "attStmt", "x5c"]), inner, max_size=6
        )
    ),
    max_leaves=8,
)


def make(answer: str) -> None:
    rules.verify_creation(answer, MAKING, host=HOST, origin=ORIGIN)


def use(answer: str) -> int:
    rules.credential_id(answer)
    return rules.verify_use(
        answer, USING, host=HOST, origin=ORIGIN, public_key=KEY.credential_public_key, sign_count=KEY.sign_count
    )


def make_and_use(answer: str) -> None:
    made = rules.verify_creation(answer, MAKING, host=HOST, origin=ORIGIN)
    rules.verify_use(
        USED, USING, host=HOST, origin=ORIGIN, public_key=made.credential_public_key, sign_count=made.sign_count
    )


def spoilt(answer: str, path: list[str], value: Any) -> str:
    """The answer with something else at one place."""
    whole = json.loads(answer)
    place = whole
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return json.dumps(whole)


PLACES = [["id"], ["rawId"], ["type"], ["response"], ["authenticatorAttachment"], ["response", "clientDataJSON"]]
OF_MAKING = [*PLACES, ["response", "attestationObject"], ["response", "transports"]]
OF_USING = [*PLACES, ["response", "authenticatorData"], ["response", "signature"], ["response", "userHandle"]]


def test_what_a_true_device_answers_is_verified() -> None:
    assert KEY.credential_id == rules.credential_id(MADE) == rules.credential_id(USED)
    assert rules.owner_of(USED) == rules.as_handle(b"m" * 16)
    assert use(USED) == 2


@given(st.sampled_from(OF_MAKING), JSON)
def test_a_spoilt_answer_of_making_is_refused_or_as_good(path, value) -> None:
    try:
        make(spoilt(MADE, path, value))
    except PasskeyRefused:
        return
    assert path[-1] in {"transports", "authenticatorAttachment"}


@given(st.sampled_from(OF_USING), JSON | st.text().map(lambda text: encoded(text.encode())))
def test_a_spoilt_answer_of_using_is_refused_or_as_good(path, value) -> None:
    answer = spoilt(USED, path, value)
    rules.owner_of(answer)
    try:
        use(answer)
    except PasskeyRefused:
        return
    assert path[-1] in {"userHandle", "authenticatorAttachment"}


@given(st.sampled_from([make, use]), JSON.map(json.dumps) | st.text(max_size=200))
def test_what_is_no_answer_is_refused(verify, answer) -> None:
    with pytest.raises(PasskeyRefused):
        verify(answer)


@given(CBOR)
def test_a_device_that_writes_nonsense_is_refused(statement) -> None:
    with pytest.raises(PasskeyRefused):
        make(spoilt(MADE, ["response", "attestationObject"], encoded(cbor2.dumps(statement))))


@given(
    st.sampled_from(["none", "packed", "fido-u2f", "tpm", "apple", "android-key", "android-safetynet", "x", 5]), CBOR
)
def test_an_attestation_that_nobody_asked_for_is_refused_or_none(kind, statement) -> None:
    whole = cbor2.loads(decoded(json.loads(MADE)["response"]["attestationObject"]))
    content = encoded(cbor2.dumps(whole | {"fmt": kind, "attStmt": statement}))
    try:
        make(spoilt(MADE, ["response", "attestationObject"], content))
    except PasskeyRefused:
        return
    assert kind == "none"


def with_key(cose: object) -> str:
    """The answer of making, with another key in it."""
    whole = cbor2.loads(decoded(json.loads(MADE)["response"]["attestationObject"]))
    data = whole["authData"][: 37 + 16 + 2 + len(KEY.credential_id)] + cbor2.dumps(cose)
    return spoilt(MADE, ["response", "attestationObject"], encoded(cbor2.dumps(whole | {"authData": data})))


@given(st.dictionaries(st.integers(-4, 4), CBOR, max_size=6) | CBOR)
def test_a_key_that_is_none_is_refused_at_the_latest_when_it_is_used(cose) -> None:
    with pytest.raises(PasskeyRefused):
        make_and_use(with_key(cose))


@pytest.mark.parametrize(
    "cose",
    [
        {1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32},  # a point that is not on the curve
        {1: 2, 3: -7, -1: 1, -2: b"", -3: b""},
        {1: 2, 3: -7, -1: 9, -2: b"x" * 32, -3: b"y" * 32},
        {1: 1, 3: -8, -1: 6, -2: b"x"},
        {1: 3, 3: -257, -1: b"\x01", -2: b"\x01"},
        {1: 3, 3: -257, -1: b"", -2: b""},
    ],
)
def test_a_key_that_cannot_be_one_is_refused_at_the_latest_when_it_is_used(cose) -> None:
    with pytest.raises(PasskeyRefused):
        make_and_use(with_key(cose))


@pytest.mark.parametrize("verify", [make, use])
@pytest.mark.parametrize("answer", ["[" * 4_900, '{"id":' * 800, '{"id": "é"}'])
def test_an_answer_made_to_exhaust_is_refused(verify, answer) -> None:
    with pytest.raises(PasskeyRefused):
        verify(answer)


@pytest.mark.parametrize("content", [b"\x81" * 3_000, b"\xa1\x00" * 1_500, b"\xbf" * 2_000, b"\x9b" + b"\xff" * 8])
def test_a_statement_made_to_exhaust_is_refused(content) -> None:
    with pytest.raises(PasskeyRefused):
        make(spoilt(MADE, ["response", "attestationObject"], encoded(content)))
