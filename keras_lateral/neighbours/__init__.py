"""Published methods by others that act on the gradient, for comparison."""

from typing import TYPE_CHECKING

import keras  # noqa: F401, before any module here: `registration.py` says why

from keras_lateral.lazy import page

if TYPE_CHECKING:
    from keras_lateral.neighbours.backdrop import Backdrop as Backdrop
    from keras_lateral.neighbours.backdrop import backdrop_method as backdrop_method
    from keras_lateral.neighbours.gradient_centralization import (
        CentralizedOptimizer as CentralizedOptimizer,
    )
    from keras_lateral.neighbours.gradient_centralization import (
        centralized_gradient as centralized_gradient,
    )
    from keras_lateral.neighbours.gradient_centralization import (
        gradient_centralization_method as gradient_centralization_method,
    )

if not TYPE_CHECKING:  # a type checker would take any name for one that `__getattr__` has
    __getattr__, __dir__, __all__ = page(__name__)
