"""Shared by several experiments: their images, their runs, and statistics on pairs."""
