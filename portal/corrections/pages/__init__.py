"""The donor's form and the staff's desk."""

from portal.corrections.pages import desk, mine

HANDLERS = [*mine.HANDLERS, *desk.HANDLERS]
