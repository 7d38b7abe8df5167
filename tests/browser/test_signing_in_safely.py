"""The link in the mail: for the person who asked, not for whoever, or whatever, opens it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.live import Live, text

HENRI = "henri.moreau@example.org"
LUC = "luc.peeters@example.org"
ON_AN_ISLAND = "marie-ange.hoarau@example.org"
BUTTON = "form[action='/sign-in/confirm'] button"


def test_in_another_browser_the_link_asks_for_the_address_again(live: Live, visitor: Callable[..., Page]) -> None:
    mail = live.ask_for_mail(visitor(), HENRI)
    elsewhere = visitor(viewport={"width": 390, "height": 844})
    elsewhere.goto(live.link(mail))
    assert "/link/" not in elsewhere.url
    elsewhere.fill("#email", "somebody.else@example.org")
    elsewhere.click(BUTTON)
    expect(elsewhere.locator(".problem")).to_be_visible()
    assert not _is_in(elsewhere)
    elsewhere.goto("/sign-in/confirm")
    elsewhere.fill("#email", " Henri.Moreau@Example.org ")
    elsewhere.click(BUTTON)
    expect(elsewhere.locator("h1")).to_have_text("Bonjour Henri")


def test_a_robot_that_opens_every_link_and_presses_every_button_gets_nothing(
    live: Live, visitor: Callable[..., Page]
) -> None:
    human = visitor()
    mail = live.ask_for_mail(human, LUC)
    robot = visitor("en-US")
    for address in [word for word in text(mail).split() if word.startswith("http")]:
        robot.goto(address)
        for number in range(robot.locator("main button").count()):
            robot.goto(address)
            robot.locator("main button").nth(number).click()
            robot.wait_for_load_state()
    assert not _is_in(robot)
    human.goto(live.link(mail))
    human.click(BUTTON)
    expect(human.locator("h1")).to_have_text("Bonjour Luc")


def test_the_mail_says_the_same_in_both_of_its_parts(live: Live, visitor: Callable[..., Page]) -> None:
    mail = live.ask_for_mail(visitor(), ON_AN_ISLAND)
    rich = mail.get_body(("html",))
    assert rich is not None
    assert live.link(mail) in rich.get_content()
    assert live.code(mail) in rich.get_content()
    assert "src=" not in rich.get_content()


def _is_in(page: Page) -> bool:
    page.goto("/")
    return not page.url.endswith("/sign-in")
