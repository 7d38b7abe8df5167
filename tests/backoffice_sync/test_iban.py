"""Account numbers in what leaves the central base for an access answer."""

import pytest

from backoffice_sync.connectors.iban import guarded


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ("FR76 3000 6000 0112 3456 7890 189", "FR•• •••• 0189"),
        ("RUM1 @ FR7630006000011234567890189", "RUM1 @ FR•• •••• 0189"),
        ("paid from FR76 3000 6000 0112 3456 7890 189 until May", "paid from FR•• •••• 0189 until May"),
        ("fr7630006000011234567890189, then GB29 NWBK 6016 1331 9268 19.", "fr•• •••• 0189, then GB•• •••• 6819."),
        ("Order AB12 of three dozen tulip bulbs", "Order AB12 of three dozen tulip bulbs"),
    ],
)
def test_an_account_number_is_masked_wherever_it_stands(told, left) -> None:
    assert guarded({"note": [told]}) == {"note": [left]}


def test_what_is_called_an_account_number_is_masked_even_when_it_is_none() -> None:
    assert guarded({"old_iban": "12345678"}) == {"old_iban": "12•• •••• 5678"}
