"""How much of the gradient the masks of a network let through.

Positions and energy that each mask keeps, and what is left of the energy after all masks so far,
counted from the output: the dashed line falls from right to left.
"""

from digits_network import network, x, y

from keras_lateral import gradient_mask_report, plot_gradient_mask_report

report = gradient_mask_report(network("masked", epochs=2), x, y)
figure, axes = plot_gradient_mask_report(report)
