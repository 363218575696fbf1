"""The rules of lint, and what they read."""
