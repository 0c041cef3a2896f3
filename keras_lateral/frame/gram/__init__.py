"""The Gram matrix of a layer's operator, computed from the kernel."""
