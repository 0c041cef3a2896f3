"""The averaged gradient, against a loop in NumPy over the same noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from keras_lateral import smooth_grad
from tests.receptive_field.numpy_network import noise, twins


def gradients_by_hand(seed: int, samples: int, sigma: list[float]) -> np.ndarray:
    """Gradients of the score of class 1 at noisy copies, `(images, samples, height, width, c)`."""
    _, network = twins()
    found = []
    for index, image in enumerate(noise()):
        rng = np.random.default_rng([seed, index])
        copies = [image + sigma[index] * rng.standard_normal(image.shape) for _ in range(samples)]
        found.append(network.gradients(np.array(copies), np.ones(samples, int))[0])
    return np.array(found)


@pytest.mark.parametrize("average", ["gradient", "square", "variance"])
def test_the_average_is_that_of_a_loop_over_noisy_copies(average: str) -> None:
    model, _ = twins()
    x = noise()
    G = gradients_by_hand(7, 6, [0.2 * (image.max() - image.min()) for image in x])
    expected = {
        "gradient": np.abs(G.mean(axis=1)),
        "square": (G**2).mean(axis=1),
        "variance": G.var(axis=1),
    }[average]
    found = smooth_grad(model, x, 1, noise=0.2, samples=6, seed=7, average=average)
    np.testing.assert_allclose(found.maps, expected.max(axis=-1), rtol=1e-4, atol=1e-6)


def test_a_range_of_values_sets_the_noise_of_all_images() -> None:
    model, _ = twins()
    G = gradients_by_hand(0, 3, [0.5 * 4.0] * 3)
    found = smooth_grad(
        model, noise(), 1, noise=0.5, samples=3, value_range=(-1.0, 3.0), channels="sum"
    )
    expected = np.abs(G.mean(axis=1)).sum(axis=-1)
    np.testing.assert_allclose(found.maps, expected, rtol=1e-4, atol=1e-6)


def test_an_image_keeps_its_map_whatever_images_follow_it_and_in_any_batches() -> None:
    model, _ = twins()
    whole = smooth_grad(model, noise(5), samples=4, batch_size=2)
    alone = smooth_grad(model, noise(5)[:3], samples=4, batch_size=32)
    np.testing.assert_allclose(whole.maps[:3], alone.maps, rtol=1e-5, atol=1e-7)
    other = smooth_grad(model, noise(5)[:3], samples=4, seed=1)
    assert not np.allclose(other.maps, alone.maps, rtol=1e-2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"noise": 0.0}, "`noise`"),
        ({"samples": 0}, "`samples`"),
        ({"value_range": (1.0, 0.0)}, "`value_range`"),
        ({"average": "median"}, "`average`"),
    ],
)
def test_what_is_out_of_range_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        smooth_grad(twins()[0], noise(), **arguments)
