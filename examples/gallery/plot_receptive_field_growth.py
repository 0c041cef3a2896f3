"""How the receptive field grows along a network's depth, and where the stride changes."""

import keras

from keras_lateral import plot_receptive_field_growth, receptive_fields

vgg = keras.applications.VGG16(weights=None, include_top=False, input_shape=(224, 224, 3))
figure, axes = plot_receptive_field_growth(receptive_fields(vgg))
