"""Real images to measure on, and small balanced parts of them."""

from keras_lateral.datasets.choose_classes import choose_classes as choose_classes
from keras_lateral.datasets.image_dataset import ImageDataset as ImageDataset
from keras_lateral.datasets.load_images import load_images as load_images
from keras_lateral.datasets.per_class import few_per_class as few_per_class
from keras_lateral.datasets.per_class import split_per_class as split_per_class
