"""What the server tells of itself, its queries and its data."""
