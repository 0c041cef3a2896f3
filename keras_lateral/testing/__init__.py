"""Checks for layers, ours and our users': each fails with what was asked and what was found."""

from keras_lateral.testing.check_gradient import check_gradient as check_gradient
from keras_lateral.testing.check_layer import check_layer as check_layer
from keras_lateral.testing.gradients import layer_gradients as layer_gradients
from keras_lateral.testing.gradients import vector_jacobian_product as vector_jacobian_product
from keras_lateral.testing.layer_checks import LayerChecks as LayerChecks
