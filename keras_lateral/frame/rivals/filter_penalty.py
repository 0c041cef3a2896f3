"""What the penalties on filters have in common: strides and dilation do not change them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from keras_lateral.frame.penalty import Penalty
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry

UNUSED = ("strides", "dilation_rate")


@dataclass(eq=False)
class FilterPenalty(Penalty):
    """A penalty on a layer's filters, wherever the layer applies them.

    Strides and dilation rate are arguments of every penalty, and the config holds those of the
    layer: `from_config` keeps them, and so do `attach_regularizer` and saved models. The
    constructor refuses values other than 1, so that nobody expects an effect of them.

    Raises:
        ValueError: If `strides` or `dilation_rate` is given and not 1.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in UNUSED:
            value = getattr(self, name)
            if np.any(np.not_equal(value, 1)):
                raise ValueError(
                    f"Invalid value for argument `{name}`. {type(self).__name__} depends on the "
                    f"layer's filters alone, not on its {name}; leave the argument out. "
                    f"Received: {name}={value!r}"
                )

    def differences(
        self, geometry: KernelGeometry, shape: tuple[int, ...]
    ) -> dict[str, tuple[Any, Any]]:
        """Returns what the layer has otherwise and the penalty depends on: kind and groups."""
        found = super().differences(geometry, shape)
        return {name: values for name, values in found.items() if name not in UNUSED}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Returns a regularizer with these arguments, strides and dilation rate of any layer."""
        of_layer = {name: config[name] for name in UNUSED if name in config}
        regularizer = super().from_config({**config, **dict.fromkeys(of_layer, 1)})
        geometry = replace(regularizer.geometry, **of_layer)
        regularizer.set_geometry(geometry)
        return regularizer
