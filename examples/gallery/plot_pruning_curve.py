"""The accuracy that is left when the smallest weights are set to 0, without further training."""

from digits_network import network, x, y

from keras_lateral import plot_pruning_curve, pruning_curve

curves = {kind: pruning_curve(network(kind), (x, y)) for kind in ("plain", "masked")}
figure, axes = plot_pruning_curve(curves)
