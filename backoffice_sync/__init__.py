"""Keeps the portal and the central member database in agreement; the central base stays the reference."""
