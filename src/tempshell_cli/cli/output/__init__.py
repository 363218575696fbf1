"""Results as text: what commands print, as lines, tables, JSON and files."""
