"""What a classifier returns: probabilities or logits, of how many classes."""
