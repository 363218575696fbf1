"""The practice screen: tasks, a terminal and a clock. Only here: Textual."""
