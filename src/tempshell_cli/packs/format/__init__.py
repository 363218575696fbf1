"""The pack format: what a pack is, and how one is read from its directory."""
