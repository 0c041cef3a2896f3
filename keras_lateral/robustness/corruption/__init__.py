"""The nineteen corruptions of CIFAR-10-C and ImageNet-C."""
