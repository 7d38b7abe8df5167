"""The memo desk: write what one member, or everybody without a memo of their own, finds on their home page."""

from portal.memos.pages import approval, edit, preview

HANDLERS = [*edit.HANDLERS, *preview.HANDLERS, *approval.HANDLERS]
