"""The demonstration: everything on one machine by one command, with invented people and a mailbox to read."""
