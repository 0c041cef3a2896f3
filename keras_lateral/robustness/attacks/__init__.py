"""Attacks with exact gradients, on every backend."""
