"""What people see of the sync: how it is doing, and what it works by."""
