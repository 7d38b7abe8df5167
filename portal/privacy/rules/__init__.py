"""The legal clock of requests about data, and what belongs to their answers."""
