"""Two devices train masked, regularized, frozen, pruned models to the weights that one trains."""

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.distributed_training import REGULARIZERS, SETTINGS, images_and_targets

BACKEND = keras.config.backend()
ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(
    BACKEND not in {"tensorflow", "jax"}, reason="Keras distributes on TensorFlow and JAX"
)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    path = tmp_path_factory.mktemp("distribution") / "weights.npz"
    own = {
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
        "JAX_PLATFORMS": "cpu",
        "CUDA_VISIBLE_DEVICES": "-1",
        "PYTHONPATH": str(ROOT),
    }
    subprocess.run(
        [sys.executable, str(ROOT / "tests" / "distributed_training.py"), str(path)],
        env=os.environ | own,
        check=True,
    )
    with np.load(path) as found:
        return dict(found)


def arrays_of(weights: dict[str, np.ndarray], run: str) -> list[np.ndarray]:
    return [value for name, value in weights.items() if name.startswith(f"{run}-")]


def test_a_batch_was_shared_by_one_device_and_then_by_two(weights: dict[str, np.ndarray]) -> None:
    assert weights["shared_by"].tolist() == [1, 2]


@pytest.mark.parametrize("name", SETTINGS)
def test_two_devices_train_what_one_trains(weights: dict[str, np.ndarray], name: str) -> None:
    one, two = arrays_of(weights, f"one-{name}"), arrays_of(weights, f"two-{name}")
    assert len(one) == len(two) == 6
    for expected, found in zip(one, two, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", sorted(set(SETTINGS) - {"off"}))
def test_the_masks_made_a_difference(weights: dict[str, np.ndarray], name: str) -> None:
    masked, off = arrays_of(weights, f"two-{name}"), arrays_of(weights, "two-off")
    assert np.abs(masked[0] - off[0]).max() > 1e-3


def test_a_model_is_masked_for_two_devices_outside_their_scope(
    weights: dict[str, np.ndarray],
) -> None:
    one, two = arrays_of(weights, "one-later"), arrays_of(weights, "two-later")
    assert len(one) == len(two) == 4
    for expected, found in zip(one, two, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    (mirrored,) = arrays_of(weights, "mirrored")
    assert mirrored


@pytest.mark.parametrize("name", REGULARIZERS)
def test_two_devices_regularize_as_one_does(weights: dict[str, np.ndarray], name: str) -> None:
    one, two = arrays_of(weights, f"one-{name}"), arrays_of(weights, f"two-{name}")
    assert len(one) == len(two) == 7
    for expected, found in zip(one, two, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    counted = 6 if name == "lazy" else 0  # each step once, not once for each device
    np.testing.assert_array_equal(two[-1], counted)


@pytest.mark.parametrize("name", REGULARIZERS)
def test_the_penalties_made_a_difference(weights: dict[str, np.ndarray], name: str) -> None:
    found, without = arrays_of(weights, f"two-{name}"), arrays_of(weights, "two-unregularized")
    for kernel in (0, 2):
        assert np.abs(found[kernel] - without[kernel]).max() > 1e-3


def test_two_devices_freeze_as_one_does(weights: dict[str, np.ndarray]) -> None:
    one, two = arrays_of(weights, "one-frozen"), arrays_of(weights, "two-frozen")
    assert len(one) == len(two)
    for expected, found in zip(one[2:], two[2:], strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_a_frozen_kernel_is_the_same_to_the_last_bit_on_both_devices(
    weights: dict[str, np.ndarray],
) -> None:
    before, after = arrays_of(weights, "two-frozen")[:2]
    assert len(before) == 2
    np.testing.assert_array_equal(after, before)
    np.testing.assert_array_equal(after[0], after[1])
    before, after = arrays_of(weights, "two-ordinary")[:2]
    assert (after != before).all()


def test_two_devices_leave_the_pruned_at_zero_and_train_the_others_as_one_does(
    weights: dict[str, np.ndarray],
) -> None:
    one, two = arrays_of(weights, "one-pruned"), arrays_of(weights, "two-pruned")
    assert len(one) == len(two) == 12
    for expected, found in zip(one[:6], two[:6], strict=True):
        np.testing.assert_array_equal(found, expected)
    for zero, expected, found in zip(two[:6], one[6:], two[6:], strict=True):
        np.testing.assert_array_equal(found == 0, zero)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    assert sum(int(zero.sum()) for zero in two[:6:2]) == sum(zero.size for zero in two[:6:2]) // 2


def sharpness_aware(first: list[np.ndarray], parts: int) -> list[np.ndarray]:
    """Two steps of a linear model whose weights each part of a batch moves for itself."""
    kernel, bias = (weight.astype("float64") for weight in first)
    images, targets = images_and_targets()
    flat = images.reshape(16, -1).astype("float64")

    def gradient(kernel: np.ndarray, bias: np.ndarray, at: slice) -> list[np.ndarray]:
        error = 2 * (flat[at] @ kernel + bias - targets[at]) / targets[at].size
        return [flat[at].T @ error, error.sum(0)]

    for start in (0, 8):
        found = []
        for part in range(parts):
            at = slice(start + 8 // parts * part, start + 8 // parts * (part + 1))
            g = gradient(kernel, bias, at)
            scale = 0.5 / np.sqrt(sum((part**2).sum() for part in g))
            found.append(gradient(kernel + scale * g[0], bias + scale * g[1], at))
        kernel, bias = (
            w - 0.1 * sum(gs) / parts
            for w, gs in zip((kernel, bias), zip(*found, strict=True), strict=True)
        )
    return [kernel, bias]


@pytest.mark.parametrize("devices", ["one", "two"])
def test_each_replica_moves_the_weights_for_its_part_of_the_batch(
    weights: dict[str, np.ndarray], devices: str
) -> None:
    """JAX sees a distributed batch as one: there the weights move once."""
    first, last = np.split(np.array(arrays_of(weights, f"{devices}-sharpness"), object), 2)
    parts = 2 if devices == "two" and BACKEND == "tensorflow" else 1
    for expected, found in zip(sharpness_aware(list(first), parts), last, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
    others = sharpness_aware(list(first), 3 - parts)
    assert np.abs(others[0] - last[0]).max() > 1e-3


on_tensorflow = pytest.mark.skipif(
    BACKEND != "tensorflow", reason="on JAX all variables are made after the distribution is set"
)


@on_tensorflow
def test_a_strength_may_come_from_outside_of_the_strategy(weights: dict[str, np.ndarray]) -> None:
    for expected, found in zip(
        arrays_of(weights, "two-penalty"), arrays_of(weights, "two-outside"), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


@on_tensorflow
def test_a_count_from_outside_of_the_strategy_says_where_to_make_it(
    weights: dict[str, np.ndarray],
) -> None:
    assert "inside `with strategy.scope():`" in str(weights["error"])


@on_tensorflow
def test_attaching_outside_of_the_scope_is_attaching_in_it(weights: dict[str, np.ndarray]) -> None:
    for expected, found in zip(
        arrays_of(weights, "two-lazy"), arrays_of(weights, "two-attached_outside"), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
