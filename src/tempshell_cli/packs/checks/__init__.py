"""The kinds of check: what each may say, and how it looks."""
