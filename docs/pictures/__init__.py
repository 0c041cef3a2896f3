"""The pictures of the documentation, drawn from real images: `python -m docs.pictures`."""
