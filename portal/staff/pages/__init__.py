"""The desk, a member's pages, and the portal seen as a member sees it."""

from portal.staff.pages import desk, record, viewing

HANDLERS = [*desk.HANDLERS, *record.HANDLERS, *viewing.HANDLERS]
