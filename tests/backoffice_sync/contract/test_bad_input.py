"""What is not as it should be has a named outcome at each connector, and changes nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from backoffice_sync.directory import (
    Applied,
    CredentialsRefused,
    DirectoryUnreachable,
    MemberGone,
    Rejected,
    SchemaChanged,
)
from tests.backoffice_sync.contract.test_contract import SAMPLES, person
from tests.conftest import free_port

ODD = {
    "over-long": {"street": "x" * 500},
    "no code of a country": {"country": "France"},
    "no country": {"country": "XX"},
    "with spaces around it": {"town": " Nice "},
    "markup": {"street": "<b>rue</b> O'Neill \\ \"; --"},
    "looks empty": {"house_number": "0"},
    "not of this alphabet": {"town": "Λάρισα 🌷"},
}


@pytest.mark.parametrize("what", ODD)
async def test_an_odd_value_is_kept_or_trimmed_or_rejected_with_words(staff, what) -> None:
    directory, member = staff.connect(), await person(staff)
    there = await directory.read(member, "address")
    wanted = SAMPLES["address"][0] | ODD[what]
    outcome = await directory.write(member, "address", wanted, expected=there, change_id=what)
    kept = await directory.read(member, "address")
    if what in staff.rejects:
        assert isinstance(outcome, Rejected)
        assert outcome.reason
        assert kept == there
    else:
        assert outcome == Applied()
        assert kept in (wanted, {name: text.strip() for name, text in wanted.items()}), "as reading it back tells"


async def test_a_member_that_was_deleted_takes_nothing(staff) -> None:
    directory, member = staff.connect(), await staff.make("member")
    await staff.drop("member", member)
    with pytest.raises(MemberGone):
        await directory.write(member, "phones", SAMPLES["phones"][0], expected=None, change_id="1")


async def test_a_field_that_was_renamed_stops_everything_by_its_name(staff) -> None:
    directory, member = staff.connect(), await person(staff)
    await directory.read(member, "address")
    if (lost := await staff.lose()) is None:
        return
    for anew in (directory, staff.connect()):
        with pytest.raises(SchemaChanged, match=lost):
            await anew.catalogue()
        with pytest.raises(SchemaChanged, match=lost):
            await anew.rows_of("address", member)
        with pytest.raises(SchemaChanged, match=lost):
            await anew.write(member, "address", SAMPLES["address"][0], expected=None, change_id="1")


async def test_who_is_not_let_in_is_told_so_and_not_that_nobody_answers(staff) -> None:
    member = await person(staff)
    if (stranger := staff.stranger()) is None:
        return
    for question in (stranger.count("member"), stranger.read(member, "address")):
        with pytest.raises(CredentialsRefused):
            await question


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff garbage \x00" * 20,
        b"HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n<html>Maintenance</html>",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{",
    ],
    ids=["silence", "garbage", "a page of HTML", "half an answer"],
)
async def test_an_answer_that_is_none_is_taken_for_none(staff, answer) -> None:
    async with someone_who_answers(answer) as port:
        if (directory := staff.at(port)) is None:
            return
        for question in (directory.position(), directory.read("1", "address"), directory.now()):
            with pytest.raises(DirectoryUnreachable):
                await question


async def test_where_nobody_listens_nobody_is_reached(staff) -> None:
    if (directory := staff.at(free_port())) is None:
        return
    with pytest.raises(DirectoryUnreachable):
        await directory.position()


@asynccontextmanager
async def someone_who_answers(answer: bytes) -> AsyncIterator[int]:
    """The same to everybody, then hangs up."""

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10_000)
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1") as server:
        yield server.sockets[0].getsockname()[1]
