"""What the central base knows comes in: all of it the first time, then its news."""
