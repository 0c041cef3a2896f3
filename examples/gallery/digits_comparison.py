"""The comparison that three figures of the gallery show: digits, five seeds, two methods."""

from keras_lateral import Corruption, compare, small_network
from keras_lateral.datasets import few_to_train, load_images
from keras_lateral.robustness import FGSM

images = few_to_train(load_images("digits"), 10, test_per_class=40)
comparison = compare(
    lambda: small_network(images.image_shape, images.num_classes, 0.005, channels=(8, 16)),
    images,
    ["gradient_mask", "frame_regularizer"],
    seeds=5,
    epochs=20,
    batch_size=20,
    conditions=[*(Corruption("gaussian_noise", level) for level in (1, 3, 5)), FGSM(0.03)],
    folder="outputs/gallery/comparison",  # trained once, and read again by the next figure
    progress=False,
)
