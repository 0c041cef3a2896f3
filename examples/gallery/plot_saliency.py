"""Where a network looks according to three methods, beside where the object is.

The box was not given to the network.
"""

from digits_network import boxes, network, x

from keras_lateral import (
    gradient_saliency,
    lateral_inhibition_saliency,
    plot_saliency,
    smooth_grad,
)

model, few = network(), slice(0, 60, 12)
methods = (gradient_saliency, smooth_grad, lateral_inhibition_saliency)
records = [method(model, x[few]) for method in methods]
figure, axes = plot_saliency(x[few], records, boxes=boxes[few])
