"""What an author of packs needs: a pack to begin with, lint, and proof."""
