"""Synthetic images whose shortcuts are known."""
