"""The figures for staff: numbers with pictures, the tables behind them, and the members behind each."""

from portal.dashboard.pages import behind, overview

HANDLERS = [*overview.HANDLERS, *behind.HANDLERS]
