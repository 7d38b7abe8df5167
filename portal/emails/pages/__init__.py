"""My e-mail addresses: see them, add one, which is proved by a mail to it, make one the main one, remove one."""

from portal.emails.pages import adding, overview

HANDLERS = [*overview.HANDLERS, *adding.HANDLERS]
