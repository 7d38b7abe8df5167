"""What the form of an address asks and refuses, seasons, and the forms of an address that others read."""
