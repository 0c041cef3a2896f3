"""Checks for layers and regularizers, ours and our users': each says what was asked and found."""

from keras_lateral.testing.check_gradient import check_gradient as check_gradient
from keras_lateral.testing.check_layer import check_layer as check_layer
from keras_lateral.testing.check_regularizer import check_regularizer as check_regularizer
from keras_lateral.testing.gradients import layer_gradients as layer_gradients
from keras_lateral.testing.gradients import vector_jacobian_product as vector_jacobian_product
from keras_lateral.testing.layer_checks import LayerChecks as LayerChecks
