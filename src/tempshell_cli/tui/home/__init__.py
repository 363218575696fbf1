"""The home screen: everything there is, and what can be done with it."""
