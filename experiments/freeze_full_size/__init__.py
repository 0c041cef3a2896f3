"""The receptive-field freeze in a whole training on all of CIFAR-100, and its control."""
