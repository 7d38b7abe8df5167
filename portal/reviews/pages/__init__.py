"""The queue of all that waits for people, and a page for each change and each conflict."""

from portal.reviews.pages import change, conflict, queue

HANDLERS = [*queue.HANDLERS, *change.HANDLERS, *conflict.HANDLERS]
