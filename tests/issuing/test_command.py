"""`portal receipts issue` and `cancel` as they are typed."""

import stat

from tests.issuing.givers import LAST_YEAR, gift, number, numbers, run

YEAR = ["--year", str(LAST_YEAR)]


def test_it_issues_tells_what_it_did_and_hides_the_list_from_others(giver, owner, settings, tmp_path) -> None:
    giver("m1", gift("1"))
    giver("m2", gift("2"), home=None)
    owner.execute("UPDATE receipt SET amount = 1")
    (tmp_path / "shared").mkdir(mode=0o755)
    status, said = run(settings, "receipts", "issue", *YEAR, folder=tmp_path)
    assert status == 0
    assert "1 receipts issued, 50.00 EUR" in said
    assert "1 gifts without: The postal address is missing or not complete" in said
    folder = tmp_path / f"receipts-{LAST_YEAR}"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    run(settings, "receipts", "issue", *YEAR, "--output", "shared", folder=tmp_path)
    for file in (folder, tmp_path / "shared"):
        assert stat.S_IMODE((file / "without-receipt.csv").stat().st_mode) == 0o600


def test_where_the_central_base_issues_the_portal_neither_issues_nor_replaces(giver, owner, settings, tmp_path) -> None:
    giver("m1", gift("1"))
    issuing = ["receipts", "issue", *YEAR]
    status, said = run(settings, *issuing, folder=tmp_path, RECEIPTS_ISSUED_BY="central")
    assert (status, numbers(owner)) == (1, [])
    assert "The central base issues the receipts here" in said
    assert run(settings, *issuing, folder=tmp_path)[0] == 0
    cancelling = ["receipts", "cancel", number(1), "--reason", "x"]
    status, said = run(settings, *cancelling, folder=tmp_path, RECEIPTS_ISSUED_BY="central")
    assert status == 1
    assert "The central base issues the receipts here" in said
    assert numbers(owner, "state = 'issued'") == [number(1)]


def test_it_names_the_receipts_that_changed_gifts_make_wrong_and_cancels_them(giver, owner, settings, tmp_path) -> None:
    giver("m1", gift("1"))
    run(settings, "receipts", "issue", *YEAR, folder=tmp_path)
    owner.execute("UPDATE gift SET amount = 40")
    _, said = run(settings, "receipts", "issue", *YEAR, folder=tmp_path)
    assert f"cancel them: {number(1)}" in said
    cancelling = ["receipts", "cancel", number(1), "--reason", "wrong amount"]
    assert f"{number(1)} is cancelled, replaced by {number(2)}" in run(settings, *cancelling, folder=tmp_path)[1]
    status, said = run(settings, *cancelling, folder=tmp_path)
    assert status == 1
    assert f"{number(1)} is no valid receipt issued by the portal" in said
    assert "Traceback" not in said


def test_it_tells_what_stands_in_its_way(giver, owner, settings, tmp_path) -> None:
    giver("m1", gift("1"))
    status, said = run(settings, "receipts", "issue", *YEAR, folder=tmp_path, RECEIPT_SIGNATORY=" ")
    assert status == 1
    assert "RECEIPT_SIGNATORY: who signs the receipts" in said
    assert numbers(owner) == []
