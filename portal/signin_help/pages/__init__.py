"""The sign-in problem desk, and the page on which the reader of an address that staff vouched for confirms it."""

from portal.signin_help.pages import attaching, confirming, desk

HANDLERS = [*desk.HANDLERS, *attaching.HANDLERS, *confirming.HANDLERS]
