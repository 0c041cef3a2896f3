"""The command `keras-lateral`."""
