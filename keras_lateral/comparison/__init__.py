"""Which method helps on this data: pairs of trainings, intervals, and a verdict in words."""

from keras_lateral.comparison.compare import compare as compare
from keras_lateral.comparison.comparison import ComparedMethod as ComparedMethod
from keras_lateral.comparison.comparison import Comparison as Comparison
from keras_lateral.comparison.many_methods import adjust_for_many as adjust_for_many
from keras_lateral.comparison.measures import Measure as Measure
from keras_lateral.comparison.measures import measure_of as measure_of
from keras_lateral.comparison.method import Method as Method
from keras_lateral.comparison.methods import all_combinations as all_combinations
from keras_lateral.comparison.methods import gradient_mask_method as gradient_mask_method
from keras_lateral.comparison.methods import (
    receptive_field_freeze_method as receptive_field_freeze_method,
)
from keras_lateral.comparison.methods import regularizer_method as regularizer_method
from keras_lateral.comparison.networks import network_builder as network_builder
from keras_lateral.comparison.paired_batches import flip_and_shift as flip_and_shift
from keras_lateral.comparison.paired_difference import PairedDifference as PairedDifference
from keras_lateral.comparison.paired_difference import paired_difference as paired_difference
from keras_lateral.comparison.resnet18 import resnet18 as resnet18
from keras_lateral.comparison.run import Run as Run
from keras_lateral.comparison.seeds_needed import seeds_needed as seeds_needed
from keras_lateral.comparison.small_network import small_network as small_network
