"""The loss while the learning rate grows from step to step, and the rate that it suggests."""

from keras_lateral import find_learning_rate, small_network
from keras_lateral.datasets import load_images

images = load_images("digits").scaled()
model = small_network(images.image_shape, images.num_classes, channels=(8, 16))
figure, axes = find_learning_rate(model, images).plot()
