"""Magnitude pruning that holds during further training."""
