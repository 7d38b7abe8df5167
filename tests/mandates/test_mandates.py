from tests.personas import MARIE, NADIA


async def test_a_mandate_shows_amount_rhythm_next_debit_masked_account_and_references(visitor) -> None:
    walker = visitor()
    await walker.enter(MARIE)
    text = (await walker.get("/mandates")).text
    for words in ("€15.00 every month", "Active", "FR•• •••• 0189", "DON-1001-1", "FR72ZZZ123456", "2 January 2020"):
        assert words in text


async def test_somebody_without_mandate_sees_a_friendly_empty_page(visitor) -> None:
    walker = visitor()
    await walker.enter(NADIA)
    assert "You have not given us a direct debit mandate." in (await walker.get("/mandates")).text
