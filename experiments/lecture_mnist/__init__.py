"""The lecture's two networks on MNIST: how many of 10,000 digits does each get wrong?"""
