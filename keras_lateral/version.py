"""The version, readable without importing a backend."""

__version__ = "0.2.0"
