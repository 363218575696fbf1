"""Engines: one folder each, all behind the protocol in ``base``. Registered by entry point."""
