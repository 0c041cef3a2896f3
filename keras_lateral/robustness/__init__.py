"""How much of a model's accuracy is left when the images get worse, or weights go."""
