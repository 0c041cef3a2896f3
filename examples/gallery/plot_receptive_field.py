"""What one unit of a deep network can see, on a photograph.

The box may reach beyond the image, where the unit sees padding.
"""

import keras
from sklearn.datasets import load_sample_image

from keras_lateral import plot_receptive_field, receptive_fields

photograph = load_sample_image("flower.jpg")[50:274, 200:424]
resnet = keras.applications.ResNet50(weights=None, input_shape=(224, 224, 3))
field = receptive_fields(resnet)["conv3_block2_out"]
figure, axes = plot_receptive_field(photograph, field, position=(14, 7))
