"""Checks for layers and regularizers, ours and our users', that report expected and found."""

from typing import TYPE_CHECKING

from keras_lateral.lazy import page

if TYPE_CHECKING:
    from keras_lateral.testing.gradient_check import check_gradient as check_gradient
    from keras_lateral.testing.gradients import layer_gradients as layer_gradients
    from keras_lateral.testing.gradients import vector_jacobian_product as vector_jacobian_product
    from keras_lateral.testing.layer_check import check_layer as check_layer
    from keras_lateral.testing.layer_checks import LayerChecks as LayerChecks
    from keras_lateral.testing.regularizer_check import check_regularizer as check_regularizer

if not TYPE_CHECKING:  # a type checker would take any name for one that `__getattr__` has
    __getattr__, __dir__, __all__ = page(__name__)
