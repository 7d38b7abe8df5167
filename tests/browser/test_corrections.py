"""A correction from the donor's form over the staff's desk and back; and taking a change back."""

from collections.abc import Callable

from playwright.sync_api import FilePayload, Page

from tests.browser.inspection import Inspector
from tests.browser.live import Live, wait_until

DONOR, COMPANY = "simone.lefebvre@example.org", "contact@boulangerie-durand.example"
EDITOR = "editor@association.example"
SCAN: FilePayload = {"name": "acte.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 acte"}
NAME = "SELECT last_name FROM member WHERE id = (SELECT member_id FROM email WHERE address = %s)"


def test_a_correction_is_asked_decided_and_arrives(
    live: Live, signed_in: Callable[..., Page], inspector: Inspector
) -> None:
    donor, editor = signed_in(DONOR, java_script_enabled=False), signed_in(EDITOR)
    donor.goto("/profile/name")
    donor.fill("#last_name", "Lefebvre-Roy")
    donor.click("main form[action='/profile/name'] button")
    assert donor.locator(".problem a[href='#reason']").is_visible()
    donor.fill("#reason", "Je me suis mariée.")
    donor.set_input_files("#document", SCAN)
    donor.click("main form[action='/profile/name'] button")
    donor.wait_for_url("**/profile/changes")
    editor.goto("/staff/corrections")
    inspector.look(editor, "requests")
    editor.click("tbody a")
    with editor.expect_download() as download:
        editor.click("a[href$='/document']")
    assert download.value.path().read_bytes() == SCAN["buffer"]
    editor.click("form[action$='/refusal'] button")
    editor.wait_for_selector(".problem")
    inspector.look(editor, "a request with an error")
    editor.click("form[action$='/approval'] button")
    editor.wait_for_url("**/staff/corrections")
    wait_until(lambda: live.central(NAME, DONOR) == [("Lefebvre-Roy",)], "the name to arrive")

    def donor_sees_it() -> bool:
        donor.reload()
        return donor.locator(".status.good").count() > 0

    wait_until(donor_sees_it, "the donor to see that it has arrived")


def test_forms_of_name_and_registration(signed_in: Callable[..., Page], inspector: Inspector) -> None:
    page = signed_in(COMPANY)
    for path in ("/profile/name", "/profile/company"):
        page.goto(path)
        inspector.look(page)
        page.click(f"main form[action='{path}'] button")
        page.wait_for_selector(".problem")
        inspector.look(page, f"{path} with an error")


def test_a_change_is_taken_back_and_following_it_leaves_the_button_alone(
    live: Live, signed_in: Callable[..., Page], inspector: Inspector
) -> None:
    page = signed_in(DONOR)
    page.goto("/preferences/receipts")
    with live.sync_asleep():
        page.check("input[value='per_gift']")
        page.click("form[action='/preferences/receipts'] .actions button")
        page.wait_for_load_state()
        page.goto("/profile/changes")
        inspector.look(page, "a change that can be taken back")
        page.focus("button[form='undo']")
        for _ in range(2):
            with page.expect_response("**/profile/changes"):
                pass  # the script looks
        assert page.evaluate("document.activeElement.getAttribute('form')") == "undo"
        page.keyboard.press("Enter")
        page.wait_for_selector(".notice.good")
        inspector.look(page, "a change taken back")
        assert page.locator("button[form='undo']").count() == 0
