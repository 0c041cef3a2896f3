"""Tools for Keras that several packages share: models, layers, scores and checks."""
