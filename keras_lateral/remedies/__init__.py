"""The usual remedies for little data, as methods to compare with."""

from typing import TYPE_CHECKING

import keras  # noqa: F401, before any module here: `registration.py` says why

from keras_lateral.lazy import page

if TYPE_CHECKING:
    from keras_lateral.remedies.sharpness_aware import minimize_sharpness as minimize_sharpness
    from keras_lateral.remedies.sharpness_aware import (
        sharpness_aware_minimization_method as sharpness_aware_minimization_method,
    )

if not TYPE_CHECKING:  # a type checker would take any name for one that `__getattr__` has
    __getattr__, __dir__, __all__ = page(__name__)
