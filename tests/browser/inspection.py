"""What every page must be, whoever sees it: asked of axe-core and of the browser's own measures."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"]
AXE = Axe().axe_script
COLOURS = ["color-contrast", "link-in-text-block"]  # what can differ between day and night
RUN = "([type, values]) => axe.run({runOnly: {type, values}, resultTypes: ['violations']})"
PHONE, SMALL_PHONE, DESK = 390, 320, 1280

# Each measure answers with words about what is wrong.
SCROLLS = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const over = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > wide + 1);
  return ['scrolls sideways: ' + over.slice(0, 3).map(e => e.outerHTML.slice(0, 80)).join(' | ')];
}"""
MEASURES = """language => {
  const shown = e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.hidden, .skip, svg');
  const found = [], name = e => e.outerHTML.slice(0, 90);
  if (document.documentElement.lang !== language) found.push('says to be in: ' + document.documentElement.lang);
  if (document.querySelectorAll('h1').length !== 1) found.push('has not one h1');
  if (!/\\S.* \\u2013 \\S/.test(document.title)) found.push('has the title: ' + document.title);
  if (parseFloat(getComputedStyle(document.body).fontSize) < 18) found.push('body text below 18 px');
  for (const e of document.body.querySelectorAll('*')) {
    const owns = [...e.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (owns && shown(e) && !e.closest('.envelope') && parseFloat(getComputedStyle(e).fontSize) < 17.9)
      found.push('small text: ' + name(e));
  }
  const pressed = 'button, input:not([type=hidden]), select, textarea, summary, .button, nav a, .tabs a, .brand, '
    + '.phone a';
  for (const e of document.querySelectorAll(pressed)) {
    const {width, height} = e.getBoundingClientRect();
    if (shown(e) && (height < 43.9 || width < 43.9)) found.push(`only ${width} by ${height} px: ` + name(e));
  }
  return found;
}"""
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important } p { margin-bottom: 2em !important }`);
  document.adoptedStyleSheets = [sheet];
  const found = [...document.querySelectorAll('header *, main *, footer *')].filter(e =>
    getComputedStyle(e).overflow !== 'visible' && !e.closest('.hidden, select, input, textarea, svg, thead')
    && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1));
  const cut = [...document.querySelectorAll('header *')].filter(e =>
    !e.closest('svg') && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1);
  return [...found, ...cut].map(e => 'is cut off when letters are spaced: ' + e.outerHTML.slice(0, 80));
}"""


class Inspector:
    def __init__(self) -> None:
        self.looked = 0
        self.findings: set[str] = set()

    def look(self, page: Page, name: str = "", language: str = "fr") -> None:
        """On a phone and on a desk, by day and by night, then on the smallest phone."""
        self.looked += 1
        page.wait_for_load_state()  # with its stylesheet: a press returns as soon as the next page has begun
        name = name or page.url.split("/", 3)[3]
        page.evaluate(AXE)
        for width in (PHONE, DESK):
            page.set_viewport_size({"width": width, "height": 844})
            self._note(name, width, page.evaluate(SCROLLS) + page.evaluate(MEASURES, language))
            page.emulate_media(color_scheme="light", reduced_motion="reduce")
            self._note(name, width, _violations(page, "tag", TAGS))
            page.emulate_media(color_scheme="dark", reduced_motion="reduce")
            self._note(f"{name} (dark)", width, _violations(page, "rule", COLOURS))
        page.emulate_media(color_scheme="light", media="print")
        if page.locator("nav:visible, .who:visible, .skip:visible").count():
            self._note(name, width, ["prints its navigation"])
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": SMALL_PHONE, "height": 700})
        self._note(name, SMALL_PHONE, page.evaluate(SCROLLS) + page.evaluate(SPACED) + page.evaluate(SCROLLS))

    def _note(self, name: str, width: int, wrong: list[str]) -> None:
        self.findings |= {f"/{name} at {width}: {words}" for words in wrong}


def _violations(page: Page, kind: str, names: list[str]) -> list[str]:
    result: Any = page.evaluate(RUN, [kind, names])
    return [
        f"{rule['id']}, {rule['help']}: {node['html'][:120]} {node.get('failureSummary', '')[:200]}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
