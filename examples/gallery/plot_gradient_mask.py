"""What a mask does to the gradient of one image.

The norms of the gradient that arrives at each convolution, their Laplacian of Gaussian, the mask
and what passes. What the later layers stop never reaches the earlier ones.
"""

from digits_network import network, x, y

from keras_lateral import mask_gradients, plot_gradient_mask

gradients = mask_gradients(network("masked", epochs=2), x, y)
figure, axes = plot_gradient_mask(gradients, x, sample=3)
