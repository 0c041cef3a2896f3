"""The user's own images, with a table of paths and labels."""
