"""Where packs come from, and where they are kept."""
