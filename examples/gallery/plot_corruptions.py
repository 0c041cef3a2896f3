"""A photograph under some of the nineteen corruptions, at five severities."""

from sklearn.datasets import load_sample_image

from keras_lateral import plot_corruptions

photograph = load_sample_image("flower.jpg")[50:274, 200:424] / 255.0
small = photograph.reshape(56, 4, 56, 4, 3).mean((1, 3))  # 56 x 56 pixels
names = ["gaussian_noise", "defocus_blur", "snow", "fog"]
figure, axes = plot_corruptions(small, names)
