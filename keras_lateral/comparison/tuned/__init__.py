"""Training settings that are tuned for each arm, before anything is compared."""
