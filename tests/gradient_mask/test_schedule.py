"""Schedules act on training, depend on the epoch's number alone, and leave no trace."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import GradientMask, GradientMaskSchedule, find_gradient_masks

RNG = np.random.default_rng(5)
X = RNG.normal(size=(4, 6, 5, 2)).astype("float32")
Y = RNG.normal(size=(4, 3)).astype("float32")


class Traces(layers.Layer):
    """Counts how often its Python code runs: once per trace where functions are compiled."""

    count = 0

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        self.count += 1
        return x


def new_model(**arguments: object) -> keras.Model:
    arguments = {"sigma": 1.0, "threshold": 0.8, "inhibition_size": 13} | arguments
    net = keras.Sequential(
        [
            keras.Input((6, 5, 2)),
            layers.Conv2D(2, 3, padding="same", kernel_initializer="ones", name="conv"),
            GradientMask(**arguments, name="early"),
            layers.DepthwiseConv2D(3, name="depthwise", depthwise_initializer="ones"),
            GradientMask(**arguments, name="late"),
            Traces(name="traces"),
            layers.Flatten(),
            layers.Dense(3, kernel_initializer=keras.initializers.RandomNormal(seed=1)),
        ]
    )
    net.compile(keras.optimizers.SGD(0.01), loss="mse")
    return net


def fit(net: keras.Model, *callbacks: keras.callbacks.Callback, **arguments: int) -> None:
    net.fit(X, Y, batch_size=4, shuffle=False, verbose=0, callbacks=list(callbacks), **arguments)


def fit_by_hand(net: keras.Model, epochs: int, set_up: Callable[[GradientMask, int], None]) -> None:
    for epoch in range(epochs):
        for mask in find_gradient_masks(net).values():
            set_up(mask, epoch)
        fit(net, epochs=epoch + 1, initial_epoch=epoch)


def assert_equal_weights(net: keras.Model, other: keras.Model) -> None:
    for w, v in zip(net.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(w, v)


def weights_differ(net: keras.Model, other: keras.Model) -> bool:
    pairs = zip(net.get_weights(), other.get_weights(), strict=True)
    return any((w != v).any() for w, v in pairs)


def test_training_with_a_schedule_equals_setting_the_masks_by_hand() -> None:
    def by_hand(mask: GradientMask, epoch: int) -> None:
        mask.sigma = 1.0 + epoch / 4
        mask.threshold = min(1.0, epoch / 2) * 0.9
        mask.enabled = epoch != 3

    scheduled, manual, plain = new_model(), new_model(), new_model()
    schedule = GradientMaskSchedule(
        sigma=lambda epoch: 1.0 + epoch / 4,
        threshold=0.9,
        enabled=[(0, 3), (4, None)],
        warmup_epochs=2,
    )
    fit(scheduled, schedule, epochs=5)
    fit_by_hand(manual, 5, by_hand)
    fit(plain, epochs=5)
    assert_equal_weights(scheduled, manual)
    assert weights_differ(scheduled, plain)


def test_a_resumed_run_equals_a_straight_run() -> None:
    def schedule() -> GradientMaskSchedule:
        return GradientMaskSchedule(threshold=lambda epoch: 0.3 * epoch, warmup_epochs=3)

    straight, resumed = new_model(), new_model()
    fit(straight, schedule(), epochs=4)
    fit(resumed, schedule(), epochs=2)
    fit(resumed, schedule(), epochs=4, initial_epoch=2)
    assert_equal_weights(straight, resumed)


def test_the_masks_get_their_values_back_when_training_ends() -> None:
    net = new_model()
    fit(net, GradientMaskSchedule(sigma=1.5, threshold=0.1, enabled=[(9, None)]), epochs=2)
    for mask in find_gradient_masks(net).values():
        assert (mask.sigma, mask.threshold, mask.enabled) == (1.0, 0.8, True)


def test_what_is_not_scheduled_is_left_to_others() -> None:
    net = new_model()
    mask = find_gradient_masks(net)["late"]

    def set_sigma(epoch: int, logs: object) -> None:
        mask.sigma = 2.0

    other = keras.callbacks.LambdaCallback(on_epoch_begin=set_sigma)
    fit(net, GradientMaskSchedule(enabled=False), other, epochs=1)
    assert mask.sigma == 2.0


def test_layers_names_the_masks_that_are_set() -> None:
    net, seen = new_model(), {}

    def look(epoch: int, logs: object) -> None:
        seen.update({name: mask.enabled for name, mask in find_gradient_masks(net).items()})

    looking = keras.callbacks.LambdaCallback(on_epoch_begin=look)
    fit(net, GradientMaskSchedule(enabled=False, layers=["late"]), looking, epochs=1)
    assert seen == {"early": True, "late": False}


def test_nothing_is_recompiled() -> None:
    if keras.config.backend() == "torch":
        pytest.skip("torch runs eagerly")
    constant, scheduled = new_model(), new_model()
    fit(constant, epochs=3)
    schedule = GradientMaskSchedule(
        sigma=lambda epoch: 1 + epoch / 2, enabled=lambda epoch: epoch != 1, warmup_epochs=2
    )
    fit(scheduled, schedule, epochs=3)
    assert scheduled.get_layer("traces").count == constant.get_layer("traces").count > 0


def test_an_interrupted_run_does_not_spoil_what_the_next_one_restores() -> None:
    def stop(epoch: int, logs: object) -> None:
        raise KeyboardInterrupt

    net, schedule = new_model(), GradientMaskSchedule(warmup_epochs=4)
    with pytest.raises(KeyboardInterrupt):
        fit(net, schedule, keras.callbacks.LambdaCallback(on_epoch_end=stop), epochs=2)
    assert find_gradient_masks(net)["late"].threshold == 0
    fit(net, schedule, epochs=1)
    assert find_gradient_masks(net)["late"].threshold == 0.8


def test_a_schedule_that_changed_nothing_warns() -> None:
    with pytest.warns(UserWarning, match="changed nothing: in every epoch that was trained"):
        fit(new_model(), GradientMaskSchedule(enabled=[(0, 5), (10, None)]), epochs=2)


def test_a_model_without_masks_raises() -> None:
    net = keras.Sequential([keras.Input((6, 5, 2)), layers.Flatten(), layers.Dense(3)])
    net.compile("sgd", loss="mse")
    with pytest.raises(ValueError, match="has no gradient mask"):
        fit(net, GradientMaskSchedule(sigma=1.0))


def test_an_unknown_layer_raises_and_the_known_ones_are_named() -> None:
    with pytest.raises(ValueError, match=r"\['early', 'late'\].*Received: layers=\['lat'\]"):
        fit(new_model(), GradientMaskSchedule(sigma=1.5, layers=["lat"]))


def test_a_sigma_that_the_kernel_has_no_room_for_raises_before_training_begins() -> None:
    net = new_model(inhibition_size=7)
    schedule = GradientMaskSchedule(sigma=lambda epoch: 1 + epoch / 2)
    with pytest.raises(ValueError, match=r"sigma=1.5 in epoch 1.*'early'.*`inhibition_size=11`"):
        fit(net, schedule, epochs=2)
    assert find_gradient_masks(net)["early"].sigma == 1.0


@pytest.mark.parametrize(
    "arguments", [{"sigma": 0.0}, {"threshold": -1.0}, {"threshold": float("nan")}]
)
def test_a_value_that_a_mask_cannot_have_raises(arguments: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="Invalid value for argument"):
        fit(new_model(), GradientMaskSchedule(**arguments))


def test_an_empty_schedule_and_a_negative_warm_up_raise() -> None:
    with pytest.raises(ValueError, match="nothing to set"):
        GradientMaskSchedule()
    with pytest.raises(ValueError, match="warmup_epochs=-1"):
        GradientMaskSchedule(warmup_epochs=-1)


class SavesEachEpoch(keras.callbacks.Callback):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        self.model.save(self.folder / f"{epoch}.keras")


def test_a_model_saved_within_a_schedule_holds_the_masks_own_values(tmp_path: Path) -> None:
    net = new_model()
    schedule = GradientMaskSchedule(sigma=1.5, enabled=[(1, None)], warmup_epochs=3)
    fit(net, schedule, SavesEachEpoch(tmp_path), epochs=2)
    loaded = keras.saving.load_model(
        tmp_path / "0.keras", custom_objects={"Traces": Traces, "SavesEachEpoch": SavesEachEpoch}
    )
    for mask in find_gradient_masks(loaded).values():
        assert (mask.threshold, mask.sigma, mask.enabled) == (0.8, 1.0, True)
    fit(loaded, schedule, epochs=2, initial_epoch=1)
    for mask in find_gradient_masks(loaded).values():
        assert (mask.threshold, mask.sigma, mask.enabled) == (0.8, 1.0, True)


class Interrupts(keras.callbacks.Callback):
    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        raise KeyboardInterrupt


def test_after_an_interrupted_run_the_own_values_are_saved_and_what_is_set_is_kept() -> None:
    net = new_model()
    with pytest.raises(KeyboardInterrupt):
        fit(net, GradientMaskSchedule(warmup_epochs=3), Interrupts(), epochs=2)
    early, late = find_gradient_masks(net).values()
    assert (early.threshold, early.get_config()["threshold"]) == (0.0, 0.8)
    late.threshold = 0.3
    assert late.get_config()["threshold"] == 0.3
    fit(net, GradientMaskSchedule(warmup_epochs=3), epochs=2)  # another one
    assert (early.threshold, late.threshold) == (0.8, 0.3)
