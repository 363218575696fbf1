"""Tasks set up, graded and scored in a sandbox."""
