"""The frame regularizer under a shift: corrupted images, and images of another set."""
