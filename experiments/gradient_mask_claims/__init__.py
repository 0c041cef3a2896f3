"""The claims of Gradient Mask's abstract: pruning, adversarial attacks, saliency."""
