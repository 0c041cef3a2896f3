"""What a model looks at: maps, and how far to trust them."""
