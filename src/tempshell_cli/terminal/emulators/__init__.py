"""Terminal emulators without a window: one protocol, two libraries behind it, and which one is taken."""
