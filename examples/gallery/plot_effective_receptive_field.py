"""How much each pixel of the receptive field matters, before training and after it.

The dashed box is what a unit can see, the solid one holds most of what it looks at.
"""

from digits_network import network, x

from keras_lateral import effective_receptive_field, plot_effective_receptive_field

before, after = (effective_receptive_field(network(epochs=n), "conv3", x) for n in (0, 8))
figure, axes = plot_effective_receptive_field(before.compare(after))
