"""Where letters go: the main address and those beside it, their list and the form that all of them share."""

from portal.addresses.pages import form, overview

HANDLERS = [*overview.HANDLERS, *form.HANDLERS]
