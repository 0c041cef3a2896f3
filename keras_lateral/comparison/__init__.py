"""Which method helps on this data: pairs of trainings, intervals, and a verdict in words."""

from keras_lateral.comparison.networks import network_builder as network_builder
from keras_lateral.comparison.resnet18 import resnet18 as resnet18
from keras_lateral.comparison.small_network import small_network as small_network
