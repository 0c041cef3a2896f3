"""Keras' own tests of its convolutions pass with masked convolutions in their place."""

from __future__ import annotations

import keras
import pytest

from tests.conformance.keras_tests import counts, files_of_keras, outcomes

CONVOLUTIONS = (
    *("Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"),
    *("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"),
)
MASKED = {"layers": {name: f"GradientMask{name}" for name in CONVOLUTIONS}}
FILES = [
    f"layers/convolutional/{name}_test.py"
    for name in ("conv", "conv_transpose", "depthwise_conv", "separable_conv")
]

ONE_GENERATOR_MORE = ("test_lora_rank_argument",)
"""Tests that count seed generators. A mask's settings are the state of one, as Keras keeps whatever
a layer's compiled functions follow and is no weight."""

ONE_TORCH_PARAMETER_MORE = ("test_enable_lora",)
"""Tests that count torch's parameters, which on torch the state of a seed generator is."""


def is_known(name: str) -> bool:
    on_torch = ONE_TORCH_PARAMETER_MORE if keras.config.backend() == "torch" else ()
    test = name.rpartition(".")[2]
    return test.startswith((*ONE_GENERATOR_MORE, *on_torch))


@pytest.mark.slow
def test_some_of_keras_tests_pass_with_masked_convolutions(tmp_path):
    files = files_of_keras(FILES[0])
    found = outcomes(tmp_path, files, MASKED, select="conv2d_basic0 or conv1d_basic0")
    failed = {name for name, outcome in found.items() if outcome == "failed" and not is_known(name)}
    assert not failed
    assert counts(found)["passed"] == 2


@pytest.mark.slow
def test_masked_convolutions_pass_and_fail_the_tests_that_keras_convolutions_do(tmp_path):
    files = files_of_keras(*FILES)
    (tmp_path / "keras").mkdir()
    (tmp_path / "ours").mkdir()
    own = outcomes(tmp_path / "keras", files, {})
    ours = outcomes(tmp_path / "ours", files, MASKED)
    differing = {name: (own.get(name), ours.get(name)) for name in own | ours}
    differing = {name: pair for name, pair in differing.items() if len(set(pair)) > 1}
    assert {name for name in differing if not is_known(name)} == set()
    assert all(pair == ("passed", "failed") for pair in differing.values())
    assert len(ours) > 400
    assert counts(ours)["passed"] > 240
