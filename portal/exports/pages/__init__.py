"""The member's page of an answer, and the officer's."""

from portal.exports.pages import cutting, desk, mine

HANDLERS = [*mine.HANDLERS, *desk.HANDLERS, *cutting.HANDLERS]
