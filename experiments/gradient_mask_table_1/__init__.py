"""Table 1 of Gradient Mask: with and without the mask, on CIFAR-100 and on ImageNet."""
