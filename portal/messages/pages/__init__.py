"""The desk of messages for many: written, looked at as a member, approved, published, withdrawn."""

from portal.messages.pages import edit, life, look

HANDLERS = [*edit.HANDLERS, *look.HANDLERS, *life.HANDLERS]
