"""The same Marie at her choices."""

from tests.consents.conftest import ledger, marie, one, stored  # noqa: F401 - fixtures of these tests too
