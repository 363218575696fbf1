"""What one engine promises beyond the contract."""
