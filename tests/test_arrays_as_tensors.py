"""Every function of `keras_lateral.ops` that takes a tensor takes a NumPy array, too."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

import keras_lateral.ops as ours
from tests.backends import to_numpy

G = np.random.default_rng(0).normal(size=(2, 4, 5, 4)).astype("float32")
KERNEL = np.random.default_rng(1).normal(size=(3, 3, 2, 4)).astype("float32")
NORMS = np.abs(G)

CALLS: dict[str, list[tuple[Callable[..., Any], np.ndarray]]] = {
    "gradient_mask": [
        (lambda x: ours.gradient_mask(x, threshold=0.5), G),  # K: in gradient_mask/test_mask.py
    ],
    "masked_gradient": [
        (lambda x, k=k: ours.masked_gradient(x, feature_sets=k, threshold=0.5), G) for k in (1, 4)
    ],
    "identity_with_gradient_mask": [(ours.identity_with_gradient_mask, G)],
    "inhibition_response": [
        (lambda x, i=i: ours.inhibition_response(x, ours.GradientMaskSettings(inhibition=i)), NORMS)
        for i in ("log", "norm")
    ],
    "minicolumn_norms": [(lambda x, k=k: ours.minicolumn_norms(x, k), G) for k in (1, 2, 4)],
    "laplacian_of_gaussian": [
        (lambda x, f=f: ours.laplacian_of_gaussian(x, form=f), G)
        for f in ("dense", "bands", "shifts")
    ],
    "filters": [(ours.filters, KERNEL)],
    "hyperspherical_energy": [
        (lambda x, a=a: ours.hyperspherical_energy(x, angular=a), KERNEL) for a in (False, True)
    ],
    "kernel_gram": [
        (lambda x, m=m: ours.frame_penalty(ours.kernel_gram(x, method=m), 0.5, 2.0), KERNEL)
        for m in ("auto", "fourier")
    ],
    "kernel_gram_entries": [(ours.kernel_gram_entries, KERNEL)],
    "orthogonal_convolution": [
        (lambda x, p=p: ours.orthogonal_convolution(x, padding=p), KERNEL)
        for p in ("full", "published")
    ],
    "soft_orthogonality": [(ours.soft_orthogonality, KERNEL)],
    "spectral_restricted_isometry": [
        (lambda x: ours.spectral_restricted_isometry(x, seed=1), KERNEL)
    ],
    "split_backward": [(lambda x: ours.split_backward(ops.square, x, [], lambda g: g), G)],
    "gradients": [(lambda x: ours.gradients(lambda y: ops.sum(ops.square(y)), [x]), G)],
}
"""Each function by its name, in all the ways through it, with its argument as an array."""

WITHOUT_TENSORS = {
    "delta_orthogonal",
    "exact_gradients",
    "frame_penalty",  # takes a `KernelGram`
    "laplacian_of_gaussian_kernel",
}

CASES = [(name, *call) for name, calls in CALLS.items() for call in calls]


def test_no_function_is_left_out():
    functions = {name for name, value in vars(ours).items() if inspect.isfunction(value)}
    assert {name for name in functions if not name.startswith("_")} == {*CALLS, *WITHOUT_TENSORS}


@pytest.mark.parametrize(("name", "function", "x"), CASES)
def test_an_array_gives_what_a_tensor_gives(name, function, x):
    expected = function(ops.convert_to_tensor(x))
    found = function(x)
    flat = [keras.tree.flatten(one) for one in (found, expected)]
    assert len(flat[0]) == len(flat[1]) >= 1
    for a, b in zip(*flat, strict=True):
        np.testing.assert_array_equal(*map(to_numpy, map(ops.convert_to_tensor, (a, b))))
