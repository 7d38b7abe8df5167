"""Both sides compared: the rows, and how the central base is made."""
