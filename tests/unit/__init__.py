"""The parts that need no engine."""
