"""What several subjects ask of Keras: models, layers, scores, shared checks."""
