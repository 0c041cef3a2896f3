"""The cost of each method is its number of multiplications, and the cheapest is chosen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from keras import ops

from keras_lateral.frame.gram import entries as gram_entries
from keras_lateral.frame.gram import lag_fourier, lag_products
from keras_lateral.frame.gram import methods as gram_methods
from keras_lateral.frame.gram.kernel_gram import kernel_gram
from keras_lateral.frame.gram.methods import cheapest_method, gram_size, multiplications
from keras_lateral.keras_tools.kernel_geometry import KernelGeometry
from tests.backends import fewer

KERNELS = [
    ((3, 3, 8, 6), KernelGeometry()),
    ((5, 8, 6), KernelGeometry(strides=2)),
    ((4, 3, 2, 6), KernelGeometry(strides=(3, 1), groups=2)),
    ((3, 3, 4, 2), KernelGeometry("depthwise")),
    ((2, 2, 2, 3, 5), KernelGeometry("transposed", strides=2)),
]


class Counting:
    """`keras.ops` with a count of the multiplications of its matrix products."""

    def __init__(self) -> None:
        self.count = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(ops, name)

    def matmul(self, a: Any, b: Any) -> Any:
        batch = np.broadcast_shapes(tuple(a.shape[:-2]), tuple(b.shape[:-2]))
        self.count += int(np.prod(batch)) * a.shape[-2] * a.shape[-1] * b.shape[-1]
        return ops.matmul(a, b)


@pytest.mark.parametrize("method", ["shifts", "fourier", "pairs"])
@pytest.mark.parametrize("side", ["columns", "rows"])
@pytest.mark.parametrize(("shape", "geometry"), fewer(KERNELS))
def test_multiplications_are_those_that_are_made(
    shape: tuple[int, ...],
    geometry: KernelGeometry,
    side: Any,
    method: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counting = Counting()
    for module in (lag_products, lag_fourier, gram_entries):
        monkeypatch.setattr(module, "ops", counting)
    monkeypatch.setattr(gram_methods, "cheapest_method", lambda size: method)
    kernel_gram(ops.ones(shape), geometry, side=side, method=method)
    assert counting.count == pytest.approx(multiplications(shape, geometry, side))


@pytest.mark.parametrize(
    ("shape", "strides", "expected"),
    [
        ((1, 1, 256, 256), 1, "shifts"),
        ((3, 3, 8, 8), 1, "pairs"),
        ((5, 5, 256, 256), 1, "fourier"),
        ((3, 3, 3, 128, 128), 1, "fourier"),
        ((2, 2, 256, 256), 2, "shifts"),
    ],
)
def test_method_is_chosen_by_size(shape: Any, strides: int, expected: str) -> None:
    size = gram_size(shape, KernelGeometry(strides=strides), "rows")
    assert cheapest_method(size) == expected


def test_automatic_method_is_the_one_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting()
    monkeypatch.setattr(lag_fourier, "ops", counting)
    kernel_gram(ops.ones((5, 64, 64)), side="rows", method="fourier")
    by_fourier, counting.count = counting.count, 0
    assert cheapest_method(gram_size((5, 64, 64), KernelGeometry(), "rows")) == "fourier"
    kernel_gram(ops.ones((5, 64, 64)), side="rows")
    assert counting.count == by_fourier > 0
