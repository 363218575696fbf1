"""Formats of others, read as packs."""
