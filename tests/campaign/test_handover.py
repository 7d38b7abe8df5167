"""Who gets a mail, who gets a letter, who gets nothing and why; and nobody twice."""

from datetime import date

from tests.campaign.conftest import handed, letters, mails, rows, ways
from tests.issuing.givers import AT_LYON, COMPANY, LAST_YEAR, gift, many, number, put_receipt

LONG_AGO = date(2020, 1, 1)
FORMULA = {"unit": "=" + "x" * 37}


async def test_each_gets_their_receipts_the_way_they_wish_and_the_report_says_so(giver, ready, render, owner, tmp_path):
    reader = giver("m1", gift("1"), by="email", email="m1@example.org")
    giver("m2", gift("2"), email="m2@example.org")
    giver("m3", gift("3"), by="email", email="m3@example.org", bounced_on=LONG_AGO)
    giver("m4", gift("4"), by="email")
    giver("m5", gift("5"), home=AT_LYON | {"returned_on": LONG_AGO})
    giver("m6", gift("6"), suspension_code="PND")
    giver("m7", gift("7"), deceased_on=LONG_AGO, by="email", email="m7@example.org")
    giver("m8", gift("8"))
    await ready()
    owner.execute("DELETE FROM postal_address WHERE member_id = (SELECT id FROM member WHERE number = 'm8')")
    report = await render()
    no_mail = "E-mail was wished, but no working address is known."
    assert ways(tmp_path) == {
        "m1": ("email", ""),
        "m2": ("post", ""),
        "m3": ("post", no_mail),
        "m4": ("post", no_mail),
        "m5": ("nothing", "Letters to this address come back."),
        "m6": ("nothing", "Letters are suspended on this record."),
        "m7": ("nothing", "The donor has died: the family should be asked."),
        "m8": ("nothing", "The postal address is missing or not complete"),
    }
    assert handed(owner) == [
        ("m1", "email"), ("m2", "post"), ("m3", "post"), ("m4", "post"), ("m5", ""), ("m6", ""), ("m7", ""), ("m8", ""),
    ]  # fmt: skip
    assert mails(owner) == [{"member_id": str(reader), "year": LAST_YEAR, "count": 1}]
    assert (report.mailed, report.printed, sum(report.nothing.values())) == (1, 3, 4)
    found = owner.execute("SELECT act, ended_at IS NULL, figures FROM receipt_run ORDER BY started_at").fetchall()
    assert found[-1] == ("render", False, report.figures)


async def test_letters_come_in_postal_order_with_all_receipts_of_a_donor_in_one_envelope(
    giver, ready, render, owner, tmp_path
) -> None:
    giver("m1", gift("1"), gift("2"), gift("3"), rhythm="per_gift", home=AT_LYON | {"postcode": "69009"})
    giver("m2", gift("4"), gift("5"), home=AT_LYON | {"postcode": "01000"})
    giver("m3", gift("6"), home={"street": "Weg 1", "postcode": "01000", "town": "Dresden", "country": "DE"})
    giver("m4", gift("7"), **COMPANY, home=AT_LYON | {"postcode": "75011"})
    await ready()
    await render()
    of = dict(owner.execute("SELECT r.number, m.number FROM receipt r JOIN member m ON m.id = r.member_id").fetchall())
    assert [of[receipt] for receipt in letters(tmp_path)] == ["m2", "m2", "m1", "m1", "m1", "m4", "m3"]
    addresses = rows(tmp_path, "addresses.csv")
    assert [(row["member"], row["pages"]) for row in addresses] == [("m2", "2"), ("m1", "3"), ("m4", "1"), ("m3", "1")]
    assert [addresses[2][f"line {count}"] for count in range(1, 7)] == [
        "BOULANGERIE DURAND", "12 BIS RUE DES LILAS", "75011 LYON", "", "", "",
    ]  # fmt: skip
    assert addresses[3]["line 4"] == "ALLEMAGNE"


async def test_the_pages_of_the_letters_are_those_of_the_address_file_and_its_lines_fit(
    giver, ready, render, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("portal.campaign.handover.PART", 3)
    long = {"unit": "x" * 38, "building": "y" * 38, "locality": "z" * 38, "street": "rue " + "w" * 60, "town": "Y" * 60}
    for count, name in enumerate(many(7)):
        giver(name, *(gift(f"{name}-{one}") for one in range(count + 1)), home=AT_LYON | (long if count % 2 else {}))
    await ready()
    await render()
    addresses = rows(tmp_path, "addresses.csv")
    assert len({row["file"] for row in addresses}) == 3
    assert sum(int(row["pages"]) for row in addresses) == len(letters(tmp_path)) == 28
    for row in addresses:
        assert list(row)[3:] == [f"line {count}" for count in range(1, 7)]
        assert all(len(row[f"line {count}"]) <= 38 for count in range(1, 7))


async def test_only_who_moved_gets_a_cover_sheet_with_today_s_address(giver, ready, render, owner, tmp_path) -> None:
    giver("m1", gift("1"))
    moved = giver("m2", gift("2"), home=AT_LYON | {"postcode": "75011"})
    await ready()
    owner.execute("UPDATE postal_address SET street = 'place Bellecour' WHERE member_id = %s", [moved])
    await render()
    assert letters(tmp_path)[0]
    assert letters(tmp_path)[1] == ""
    assert [row["pages"] for row in rows(tmp_path, "addresses.csv")] == ["1", "2"]


async def test_no_cell_of_the_files_is_taken_for_a_formula(giver, ready, render, tmp_path) -> None:
    giver("=m1", gift("1"), civility="", first_name="=cmd|' /C calc'!A0", last_name="", home=AT_LYON | FORMULA)
    giver("@m2", gift("2"), suspension_code="PND")
    await ready()
    await render()
    for name in ("report.csv", "addresses.csv"):
        assert rows(tmp_path, name)
        for row in rows(tmp_path, name):
            assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
            assert all(len(cell) <= 38 for head, cell in row.items() if head.startswith("line"))


async def test_the_report_names_also_who_got_nothing_for_lack_of_a_receipt(
    giver, ready, render, owner, tmp_path
) -> None:
    """Who has a receipt that could not be rendered, or a record that was merged, is not forgotten."""
    put_receipt(owner, giver("m1"), "C-1", amount=9)
    giver("m2", gift("2"))
    await ready()
    owner.execute("DELETE FROM receipt_file WHERE receipt_id = (SELECT id FROM receipt WHERE number = 'C-1')")
    owner.execute("UPDATE member SET closed = true WHERE number = 'm2'")
    report = await render()
    assert ways(tmp_path) == {
        "m1": ("nothing", "it covers no gift; the gifts do not add up to its amount"),
        "m2": ("nothing", "The record was closed or merged."),
    }
    assert set(report.nothing) == {reason for _, reason in ways(tmp_path).values()}
    assert report.set_aside == 1


async def test_a_cancelled_receipt_is_handed_to_nobody(giver, ready, render, cancel, owner, tmp_path) -> None:
    giver("m1", gift("1"))
    await ready()
    owner.execute("UPDATE gift SET state = 'refunded'")
    await cancel(number(1))
    await render()
    assert letters(tmp_path) == []
    assert ways(tmp_path) == {}
