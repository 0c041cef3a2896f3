"""Magnitude pruning that holds while training goes on."""
