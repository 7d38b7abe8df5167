"""The desk's forms: a value that staff correct, and the reason of a decision."""
