"""A search for sigma, the width of the surroundings that a mask compares with."""

from keras_lateral import plot_sigma_tuning, small_network, tune_sigma
from keras_lateral.datasets import load_images

images = load_images("digits").scaled()
record = tune_sigma(
    lambda: small_network(images.image_shape, images.num_classes, 0.005, channels=(8, 16)),
    images,
    validation=40,
    images_per_class=10,
    trials=5,
    epochs=12,
    directory="outputs/gallery/sigma",  # searched once; started again, it resumes
)
figure, axes = plot_sigma_tuning(record)
