"""The constraint that holds pruned weights at zero."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_lateral.keras_tools.arguments import FixedArguments, Tensor


@keras.saving.register_keras_serializable(package="keras_lateral")
class PruningMask(FixedArguments, keras.constraints.Constraint):
    """A constraint, set by `prune`, that holds pruned weights at zero while a model trains.

        w <- m * w     after each step of the optimizer, m_i = 1 where the weight is kept, else 0

    Optimizers apply a variable's constraint last, so momentum, weight decay and clipping do not
    matter. The mask is a constant of compiled functions. It is saved in a layer's configuration
    as compressed bits, one for each weight: at most 3 % of the size of the weights.

    Args:
        mask: Array of the kernel's shape, true where a weight is kept.
        beside: A constraint that acts first, such as the one the kernel had before.

    Example:

    >>> import numpy as np
    >>> from keras_lateral import PruningMask
    >>> constraint = PruningMask(mask=np.array([[True, False], [True, True]]))
    >>> [[float(w) for w in row] for row in constraint(np.ones((2, 2), "float32"))]
    [[1.0, 0.0], [1.0, 1.0]]
    """

    def __init__(self, mask: Any, beside: Any = None) -> None:
        self.mask = np.array(mask, dtype=bool)
        self.mask.setflags(write=False)
        self.beside = keras.constraints.get(beside)
        self._is_made = True

    @property
    def pruned(self) -> int:
        """The number of weights held at zero."""
        return int(self.mask.size - np.count_nonzero(self.mask))

    def __call__(self, w: Tensor) -> Tensor:
        w = ops.convert_to_tensor(w)
        if tuple(w.shape) != self.mask.shape:
            raise ValueError(
                f"Invalid value for argument `w`. Expected a kernel of shape {self.mask.shape}, "
                f"as when it was pruned. Received: shape={tuple(w.shape)}"
            )
        if self.beside is not None:
            w = self.beside(w)
        # Not a product: 0 times a weight that diverged is not 0.
        return ops.where(ops.convert_to_tensor(self.mask), w, ops.zeros_like(w))

    def get_config(self) -> dict[str, Any]:
        bits = zlib.compress(np.packbits(self.mask).tobytes(), level=9)
        return {
            "shape": list(self.mask.shape),
            "mask": base64.b64encode(bits).decode("ascii"),
            "beside": keras.constraints.serialize(self.beside) if self.beside else None,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> PruningMask:
        shape = tuple(config["shape"])
        packed = np.frombuffer(zlib.decompress(base64.b64decode(config["mask"])), "uint8")
        mask = np.unpackbits(packed, count=int(np.prod(shape))).reshape(shape)
        return cls(mask, config["beside"])


def is_pruned(model: Any) -> bool:
    """Returns whether any weight of a model is held by a `PruningMask`."""
    return any(isinstance(weight.constraint, PruningMask) for weight in model.weights)
