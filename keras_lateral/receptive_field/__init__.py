"""Receptive fields: calculated, measured, and kept from growing for some epochs."""
