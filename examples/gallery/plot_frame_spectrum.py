"""The squared singular values of each layer, from the bound A to the bound B.

A layer that neither loses nor enlarges any direction is a level line at 1.
"""

from digits_network import network

from keras_lateral import frame_bounds, plot_frame_spectrum

bounds = frame_bounds(network())
figure, axes = plot_frame_spectrum(bounds)
