"""Shared by the tests of the mask: settings to try, and the comparison with `reference`."""

from __future__ import annotations

import importlib
from itertools import product
from typing import Any

import numpy as np

from keras_lateral.gradient_mask.mask import gradient_mask
from tests import reference
from tests.backends import run

# `keras_lateral.gradient_mask.laplacian_of_gaussian` is also the name of the function in it.
FILTERS = importlib.import_module("keras_lateral.gradient_mask.laplacian_of_gaussian")

Arguments = dict[str, Any]

RULES = [("absolute", 0.3), ("mean", 0.8), ("max", 0.3), ("quantile", 0.6)]
SCALE_FREE = [rule for rule in RULES if rule[0] != "absolute"] + [("mean", 1.0), ("max", 1.0)]
FILTERING: list[Arguments] = [
    {"inhibition": "norm"},
    *(
        {"inhibition": "log", "inhibition_padding": padding, "zero_sum": zero_sum}
        for padding, zero_sum in product(["reflect", "zeros"], [True, False])
    ),
]
VARIANTS: list[Arguments] = [
    {"threshold_mode": mode, "threshold": threshold, **filtering}
    for (mode, threshold), filtering in product(RULES, FILTERING)
]
"""Every threshold mode with every inhibition, padding and correction."""


def share(number: int, of: int) -> list[Arguments]:
    """Every `of`-th variant from `number` on: compiling takes a quarter of a second each."""
    return VARIANTS[number % of :: of]


def a_gradient(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def masks(
    gradient: np.ndarray, variants: list[Arguments], mode: str = "eager", **arguments: Any
) -> list[np.ndarray]:
    """All variants in one function, which is compiled once."""

    def all_masks(g: Any) -> list[Any]:
        return [gradient_mask(g, **variant, **arguments) for variant in variants]

    return run(all_masks, gradient, mode=mode)


def assert_equals(found: np.ndarray, expected: reference.Mask, what: object = "") -> int:
    """Compares all but the ties exactly, and returns how many ties there were.

    A tie is a position whose |delta| lies within float32's rounding of the level: no second
    derivation can decide it. On a map of two positions |delta| is the same on both, so
    there the quantile has only ties; on larger maps they are rare, which is asserted.
    """
    certain = ~expected.ties
    np.testing.assert_array_equal(found[certain], expected.passes[certain], err_msg=str(what))
    return int(expected.ties.sum())


def assert_all_equal(
    found: list[np.ndarray], g: np.ndarray, variants: list[Arguments], **arguments: Any
) -> None:
    ties = positions = 0
    for mask, variant in zip(found, variants, strict=True):
        expected = reference.gradient_mask(g, **variant, **arguments)
        assert mask.shape == expected.passes.shape
        ties += assert_equals(mask, expected, variant)
        positions += mask.size
    if np.prod(g.shape[1:-1]) > 2:
        assert ties <= 2 + positions // 1000
