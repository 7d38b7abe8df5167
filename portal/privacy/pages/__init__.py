"""The donor's page of their rights, and the desk of requests about data."""

from portal.privacy.pages import case, desk, entry, mine

HANDLERS = [*mine.HANDLERS, *desk.HANDLERS, *entry.HANDLERS, *case.HANDLERS]
