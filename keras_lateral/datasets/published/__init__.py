"""Published sets of small images."""
