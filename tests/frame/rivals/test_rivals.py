"""What holds for every rival of the frame regularizer."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral import attach_regularizer, find_regularizers
from tests.backends import fewer, to_numpy
from tests.frame.rivals.rivals import (
    GEOMETRIES,
    NAMES,
    RIVALS,
    a_kernel,
    a_model,
    kernel_of,
    rival,
    taken_by,
    with_own_arguments,
)


@pytest.mark.parametrize("name", RIVALS)
def test_attached_it_equals_one_with_the_layers_settings_given_by_hand(name: str) -> None:
    model, names = a_model(), fewer(NAMES)
    attached = attach_regularizer(model, with_own_arguments(name, factor=0.5), layers=names)
    assert list(attached) == [label for label in GEOMETRIES if label.partition("/")[0] in names]
    losses = [float(to_numpy(loss)) for loss in model.losses]
    for (label, one), loss in zip(attached.items(), losses, strict=True):
        by_hand = with_own_arguments(
            name, factor=0.5, seed=one.seed, **taken_by(name, **GEOMETRIES[label])
        )
        expected = float(to_numpy(by_hand(kernel_of(model, label).value)))
        assert loss == pytest.approx(expected, rel=1e-5)
        assert abs(loss) > 1e-3


@pytest.mark.parametrize("name", RIVALS)
def test_one_of_every_three_calls_has_three_times_the_penalty(name: str) -> None:
    kernel = ops.convert_to_tensor(a_kernel((3, 2, 4)))
    # For a multiple of an isometry every direction is the worst one, so draws do not matter.
    if name == "SpectralRestrictedIsometry":
        kernel = ops.convert_to_tensor(2 * np.eye(4, dtype="float32"))
    once = float(to_numpy(rival(name, factor=1.0, seed=1)(kernel)))
    lazy = rival(name, factor=1.0, every=3, seed=1)
    calls = np.array([float(to_numpy(lazy(kernel))) for _ in range(6)]).reshape(2, 3)
    np.testing.assert_array_equal((calls != 0).sum(1), 1)
    np.testing.assert_allclose(calls.sum(1), 3 * once, rtol=1e-5)


@pytest.mark.parametrize("name", RIVALS)
def test_with_every_auto_small_kernels_are_penalized_in_each_call(name: str) -> None:
    auto = rival(name, every="auto")
    assert auto.every_for((3, 3, 4, 4)) == 1
    assert auto.multiplications((3, 3, 64, 64)) > 0
    assert auto.every_for((3, 3, 64, 64)) <= auto.every_for((3, 3, 1024, 1024)) <= 16


@pytest.mark.parametrize("name", RIVALS)
def test_it_is_computed_in_float32(name: str) -> None:
    half = ops.cast(ops.convert_to_tensor(a_kernel((3, 2, 4))), "float16")
    found = with_own_arguments(name, seed=0)(half)
    expected = with_own_arguments(name, seed=0)(ops.cast(half, "float32"))
    assert keras.backend.standardize_dtype(found.dtype) == "float32"
    np.testing.assert_array_equal(to_numpy(found), to_numpy(expected))


@pytest.mark.parametrize("name", RIVALS)
def test_its_registered_name_and_its_config_lead_back_to_it(name: str) -> None:
    arguments = {"factor": 0.25, "every": 2, "kind": "transposed", "strides": (2, 1), "seed": 7}
    one = type(rival(name)).from_config({**RIVALS[name], **arguments})
    assert keras.saving.get_registered_name(type(one)) == f"keras_lateral>{name}"
    again = keras.regularizers.deserialize(keras.regularizers.serialize(one))
    assert type(again) is type(one)
    assert again.get_config() == one.get_config()
    assert {**RIVALS[name], **arguments}.items() <= again.get_config().items()


@pytest.mark.parametrize("name", RIVALS)
def test_a_saved_model_loads_with_it(name: str, tmp_path: Path) -> None:
    model = a_model()
    attach_regularizer(model, with_own_arguments(name, seed=3), layers=["grouped", "dense"])
    losses = [to_numpy(loss) for loss in model.losses]
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    loaded, saved = (
        [regularizer.get_config() for regularizer in find_regularizers(source).values()]
        for source in (again, model)
    )
    assert loaded == saved
    np.testing.assert_allclose([to_numpy(loss) for loss in again.losses], losses, rtol=1e-6)


@pytest.mark.parametrize("name", RIVALS)
def test_fit_lowers_it(name: str) -> None:
    layer = keras.layers.Conv1D(4, 3, strides=2, use_bias=False)
    model = keras.Sequential([keras.Input((8, 2)), layer])
    attach_regularizer(model, rival(name, factor=1.0, every=2, seed=0))
    layer.kernel.assign(a_kernel((3, 2, 4)))
    plain = rival(name, factor=1.0, seed=0, **taken_by(name, strides=2))
    before = float(to_numpy(plain(layer.kernel.value)))
    model.compile(keras.optimizers.SGD(1e-3), "mse")
    # Zeros for data: the penalty alone moves the kernel.
    x = np.zeros((40, 8, 2), "float32")
    model.fit(x, np.zeros((40, 3, 4), "float32"), batch_size=2, epochs=2, verbose=0)
    again = rival(name, factor=1.0, seed=0, **taken_by(name, strides=2))
    after = float(to_numpy(again(layer.kernel.value)))
    assert np.isfinite(to_numpy(layer.kernel.value)).all()
    assert after < before
