"""The staff's figures of receipts and the yearly declaration, as compliance sees and notes it."""

import json
from collections.abc import Callable

import psycopg
import pytest
from playwright.sync_api import Page

from tests.browser.inspection import PHONE, Inspector
from tests.browser.live import Live

COMPLIANCE = "compliance@association.example"
ISSUED = {"issued": 12500, "amount": "98765.40", "left_out": {"address": 3, "below-threshold": 41}, "to_cancel": 1}
RENDERED = {
    "rendered": 119,
    "set_aside": 1,
    "mailed": 100,
    "printed": 19,
    "nothing": {"No postal address is known.": 2},
}


@pytest.fixture
def runs(live: Live) -> None:
    with psycopg.connect(live.database_url) as portal:
        for act, figures, end in (("issue", ISSUED, "now()"), ("render", RENDERED, "NULL")):
            portal.execute(
                "INSERT INTO receipt_run (act, year, started_at, ended_at, figures) "
                f"VALUES (%s, 2025, now() - interval '12 minutes', {end}, %s)",
                [act, json.dumps(figures)],
            )


@pytest.mark.usefixtures("runs")
def test_figures_with_wide_sums_and_runs(live: Live, signed_in: Callable[..., Page], inspector: Inspector) -> None:
    with psycopg.connect(live.database_url) as portal:
        portal.execute(
            "UPDATE receipt SET amount = amount + 12345678, handed_by = 'email' "
            "WHERE id = (SELECT id FROM receipt WHERE fiscal_year = 2025 AND state = 'issued' LIMIT 1)"
        )
    page = signed_in(COMPLIANCE)
    page.goto("/staff/receipts")
    inspector.look(page)


def test_a_declaration_is_noted_and_a_later_cancellation_told(
    live: Live, signed_in: Callable[..., Page], inspector: Inspector
) -> None:
    page = signed_in(COMPLIANCE)
    page.set_viewport_size({"width": PHONE, "height": 800})
    page.goto("/staff/declarations")
    inspector.look(page)
    page.click("main .actions a >> nth=0")
    inspector.look(page, "a declaration to note")
    page.click("form[action='/staff/declarations'] button")
    page.wait_for_url("**/staff/declarations")
    with psycopg.connect(live.database_url) as portal:
        portal.execute(
            "UPDATE receipt SET state = 'cancelled' WHERE id = (SELECT r.id FROM receipt r JOIN receipt_declaration d "
            "ON r.fiscal_year = extract(year FROM d.last_day) WHERE r.state = 'issued' LIMIT 1)"
        )
    page.goto("/staff/declarations")
    page.wait_for_selector("main .notice ul")
    inspector.look(page, "a declaration whose figures have changed")
