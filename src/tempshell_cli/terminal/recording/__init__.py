"""Recordings: writing asciicasts, reading them, and showing them again."""
