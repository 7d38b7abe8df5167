import re

import pytest

from portal import ROOT
from portal.web.templating import environment

TEMPLATES = ROOT / "templates"
PAGES = sorted(
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*.html")
    if path.relative_to(TEMPLATES).parts[0] not in {"layouts", "macros", "mail", "pdf"}
)


def test_every_template_compiles(settings) -> None:
    env = environment(settings)
    for name in env.list_templates():
        env.get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_every_page_has_a_title_and_a_heading(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    if '{% extends "layouts/' in source:  # one that is built on another page has that one's
        assert "{% block title %}" in source
        assert "<h1" in source


@pytest.mark.parametrize("name", [*PAGES, "layouts/bare.html", "layouts/page.html", "macros/ui.html"])
def test_no_template_switches_escaping_off_or_needs_inline_style_or_script(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    assert not re.search(r"\|\s*safe|autoescape false|style=|<style|<script>|\son\w+=", source)


@pytest.mark.parametrize("name", PAGES)
def test_every_form_that_changes_something_carries_the_token(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    for form in re.findall(r'<form[^>]*method="post".*?</form>', source, re.DOTALL):
        assert "ui.csrf()" in form or "csrf_token" in form
