"""The maps, against those of PAIR's saliency library, which uses no framework.

It is given gradients derived by hand in NumPy, so that nothing here is shared with it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras_lateral import gradient_saliency, smooth_grad
from tests.receptive_field.numpy_network import noise, twins

saliency = pytest.importorskip("saliency.core", reason="the library that is compared with")


def gradients_for_it(x: np.ndarray, call_model_args: Any, expected_keys: Any) -> dict[str, Any]:
    assert expected_keys == [saliency.INPUT_OUTPUT_GRADIENTS]
    G = twins()[1].gradients(x, np.full(len(x), call_model_args["k"]))[0]
    return {saliency.INPUT_OUTPUT_GRADIENTS: G}


def grey(mask: np.ndarray) -> np.ndarray:
    """As the library shows a mask: |values| summed over channels, from 0 to the maximum."""
    return saliency.VisualizeImageGrayscale(mask, percentile=100)


def from_0_to_1(map_: np.ndarray) -> np.ndarray:
    return (map_ - map_.min()) / (map_.max() - map_.min())


def test_the_gradient_is_that_of_the_library() -> None:
    found = gradient_saliency(twins()[0], noise(), 2, channels="sum")
    for image, map_ in zip(noise(), found.maps, strict=True):
        mask = saliency.GradientSaliency().GetMask(image, gradients_for_it, {"k": 2})
        np.testing.assert_allclose(from_0_to_1(map_), grey(mask), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("magnitude", [False, True])
def test_smooth_grad_is_that_of_the_library_on_the_same_noise(
    magnitude: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = smooth_grad(
        twins()[0],
        noise(),
        2,
        noise=0.2,
        samples=5,
        seed=4,
        average="square" if magnitude else "gradient",
        channels="sum",
    )
    for index, (image, map_) in enumerate(zip(noise(), found.maps, strict=True)):
        rng = np.random.default_rng([4, index])
        monkeypatch.setattr(
            np.random, "normal", lambda mean, sigma, shape, r=rng: r.normal(mean, sigma, shape)
        )
        mask = saliency.GradientSaliency().GetSmoothedMask(
            image, gradients_for_it, {"k": 2}, stdev_spread=0.2, nsamples=5, magnitude=magnitude
        )
        np.testing.assert_allclose(from_0_to_1(map_), grey(mask), rtol=1e-4, atol=1e-6)
