"""What values mean: two spellings of the same schedule, quantity, selector or path are the same."""
