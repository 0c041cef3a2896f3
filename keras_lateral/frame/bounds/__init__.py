"""The true frame bounds of a layer, measured in NumPy."""
