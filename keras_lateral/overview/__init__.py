"""All that the library does to a model, on one page: a table, and a page of TensorBoard."""
