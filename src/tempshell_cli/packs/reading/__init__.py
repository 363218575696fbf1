"""What strangers wrote, read strictly: their files, their YAML, and the types that it becomes."""
