"""What a decision needs: the drop of the class's score where a patch of the image is hidden.

Dotted is where hiding the patch raises the score, the box the patch that costs most.
"""

from digits_network import network, x

from keras_lateral import occlusion_sensitivity, plot_occlusion

record = occlusion_sensitivity(network(), x[:60:12], patch=5, stride=1)
figure, axes = plot_occlusion(x[:60:12], record)
