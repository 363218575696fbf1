"""What every backend promises: one body, run on the fake and on the real engines."""
