"""The four regularizers that the frame's paper compares with."""
