"""What every other wing stands on: errors, time, paths, settings, processes, text. Imports none of them."""
