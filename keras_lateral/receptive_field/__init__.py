"""Receptive fields: calculated, measured, and frozen at their size."""
