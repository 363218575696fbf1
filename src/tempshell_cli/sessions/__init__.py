"""What a session is and its life: start, lease, limits, the store, the sweep, the end."""
