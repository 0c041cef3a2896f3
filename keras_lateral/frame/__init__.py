"""The frame regularizer and its rivals: a layer's operator, its Gram matrix, its bounds."""
