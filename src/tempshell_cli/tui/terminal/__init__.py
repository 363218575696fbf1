"""The terminal of the practice screen: the pane, and all that only it needs."""
