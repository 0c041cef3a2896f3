"""Where the gradient changes from place to place, and how much of that a mask keeps.

For each convolution the gradient, the magnitude of its Laplacian, and the part of it that passes.
"""

from digits_network import network, x, y

from keras_lateral import gradient_flow_sensitivity, plot_gradient_flow_sensitivity

record = gradient_flow_sensitivity(network("masked", epochs=2), x, y)
figure, axes = plot_gradient_flow_sensitivity(record, x, sample=3)
