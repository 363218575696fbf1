"""Scenarios and courses in the format of Killercoda, read as packs."""
