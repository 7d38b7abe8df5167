"""The donor's pages and the staff's desk."""

from portal.requests.pages import desk, mine

HANDLERS = [*mine.HANDLERS, *desk.HANDLERS]
