"""Practice content: packs, their tasks, and the grader. Reads strangers' data; runs their scripts in sandboxes only."""
