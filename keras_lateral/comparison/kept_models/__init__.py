"""Models that are built and traced once, and set back for each further training."""
