"""Good layers pass every check; every check finds the fault that it is made for."""

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from keras_lateral.testing import LayerChecks, check_layer
from keras_lateral.testing.layer_check import CHECKS, POLICIES

ALL = [*CHECKS, *(f"policy_{p}" for p in POLICIES), "fit_policy_mixed_float16"]
ALL.append("fit_policy_mixed_bfloat16")
BACKEND = keras.config.backend()


def only(name: str) -> dict[str, str]:
    return {other: "not asked for" for other in ALL if other != name}


@keras.saving.register_keras_serializable(package="tests")
class Good(keras.layers.Layer):
    """y = s x + (sum of the other channels' share): a weight, an argument, a data format."""

    def __init__(self, gain: float = 1.0, data_format: str = "channels_last", **kwargs: Any):
        super().__init__(**kwargs)
        self.gain, self.data_format = gain, data_format

    def build(self, input_shape: Any) -> None:
        self.axis = -1 if self.data_format == "channels_last" else 1
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

    def call(self, inputs: Any) -> Any:
        return self.gain * self.scale * (inputs + ops.mean(inputs, axis=self.axis, keepdims=True))

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        own = {"gain": self.gain, "data_format": self.data_format}
        return {**super().get_config(), **own}


class ForgetsAnArgument(Good):
    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["gain"]
        return config


class KeepsAnotherValue(Good):
    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "gain": 3.0}


class ComesBackDifferent(Good):
    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**{**config, "gain": config["gain"] + 1})


class TakesNoConfig(Good):
    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        raise TypeError("unexpected keyword")


@keras.saving.register_keras_serializable(package="tests")
class LosesItsWeight(Good):
    def save_own_variables(self, store: Any) -> None:
        pass

    def load_own_variables(self, store: Any) -> None:
        pass


class PromisesAnotherShape(Good):
    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape[:-1], 1)


class PromisesAnotherDtype(Good):
    def compute_output_spec(self, inputs: Any, **kwargs: Any) -> Any:
        return keras.KerasTensor(inputs.shape, dtype="int32")


class NeedsKnownSizes(Good):
    def compute_output_shape(self, input_shape: Any) -> Any:
        return (input_shape[0], *(size + 0 for size in input_shape[1:]))


class CallNeedsKnownSizes(Good):
    def call(self, inputs: Any) -> Any:
        return super().call(inputs) / (inputs.shape[1] * inputs.shape[2])


class BackwardNeedsKnownSizes(Good):
    def call(self, inputs: Any) -> Any:
        return _scaling_by_known_size(super().call(inputs))


@ops.custom_gradient
def _scaling_by_known_size(x: Any) -> Any:
    def backward(*args: Any, upstream: Any = None) -> Any:
        g = args[0] if upstream is None else upstream
        return g if g.shape[1] is None else 2 * g

    return x, backward


class ForgetsTheDataFormat(Good):
    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.axis = -1


@ops.custom_gradient
def reversing(x: Any) -> Any:
    """The identity, whose gradient comes back mirrored along the last axis."""

    def backward(*args: Any, upstream: Any = None) -> Any:
        return ops.flip(args[0] if upstream is None else upstream, axis=-1)

    return x, backward


class GradientForgetsTheDataFormat(Good):
    def call(self, inputs: Any) -> Any:
        return reversing(super().call(inputs))


class SharesAVariable(Good):
    common: Any = None

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        if SharesAVariable.common is None:
            SharesAVariable.common = self.scale
        self.scale = SharesAVariable.common


class StopsTheGradient(Good):
    def call(self, inputs: Any) -> Any:
        return super().call(ops.stop_gradient(inputs))


class NeverTrains(Good):
    def call(self, inputs: Any) -> Any:
        return self.gain * ops.stop_gradient(self.scale) * inputs


class CountsItsCalls(Good):
    """Python state: a compiled step sees another count than an eager one."""

    calls = 0

    def call(self, inputs: Any) -> Any:
        CountsItsCalls.calls += 1
        return super().call(inputs) * float(CountsItsCalls.calls)


class IsNotFinite(Good):
    def call(self, inputs: Any) -> Any:
        return super().call(inputs) / 0.0


class ComputesInFloat32(Good):
    def call(self, inputs: Any) -> Any:
        return ops.cast(super().call(inputs), "float32")


class KeepsHalfAWeight(Good):
    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.scale = self.add_weight(
            shape=(), initializer="ones", dtype=self.compute_dtype, name="scale"
        )


class OverflowsInHalf(Good):
    """Gives NaN in half precisions, and finite values in float32."""

    def call(self, inputs: Any) -> Any:
        if self.compute_dtype == "float32":
            return super().call(inputs)
        return super().call(inputs) + 0 * ops.exp(100 * ops.abs(inputs) + 1000)


FAULTS = [
    ("config", ForgetsAnArgument, "'gain'"),
    ("config", KeepsAnotherValue, "expected 2.0, found 3.0"),
    ("config", ComesBackDifferent, "Config of the layer made from the config"),
    ("config", TakesNoConfig, "found TypeError"),
    ("symbolic_call", PromisesAnotherShape, "expected shape"),
    ("symbolic_call", PromisesAnotherDtype, "int32"),
    ("unknown_sizes", NeedsKnownSizes, "found TypeError"),
    ("channels_first", ForgetsTheDataFormat, "Output with channels_first"),
    ("channels_first", GradientForgetsTheDataFormat, "Gradient with channels_first"),
    ("keras_file", LosesItsWeight, "scale after saving and loading `.keras`"),
    ("weights_file", LosesItsWeight, "scale after saving and loading `.weights.h5`"),
    ("clone", SharesAVariable, "shares with its original"),
    ("fit_eagerly", StopsTheGradient, "expected a gradient"),
    ("fit_eagerly", NeverTrains, "expected a change"),
    ("fit_eagerly", IsNotFinite, "finite"),
    ("fit", CountsItsCalls, "against an eager step"),
    ("policy_mixed_float16", ComputesInFloat32, "expected 'float16', found 'float32'"),
    ("policy_mixed_bfloat16", ComputesInFloat32, "expected 'bfloat16', found 'float32'"),
    ("policy_mixed_float16", KeepsHalfAWeight, "Dtype of the weight"),
    ("policy_float32", IsNotFinite, "finite"),
    ("policy_mixed_float16", OverflowsInHalf, "finite"),
    ("fit_policy_mixed_bfloat16", OverflowsInHalf, "finite"),
]
if BACKEND == "tensorflow":
    FAULTS.append(("unknown_sizes", CallNeedsKnownSizes, "found TypeError"))
    FAULTS.append(("unknown_sizes", BackwardNeedsKnownSizes, "Gradient of a graph with unknown"))
if BACKEND != "torch":
    FAULTS.append(("fit_with_xla", CountsItsCalls, "against an eager step"))


@pytest.mark.parametrize(("check", "layer_class", "message"), FAULTS)
def test_a_check_finds_its_fault_and_names_itself(
    check: str, layer_class: type, message: str
) -> None:
    with pytest.raises(AssertionError, match=message) as failure:
        check_layer(layer_class, {"gain": 2.0}, (2, 3, 3, 4), skip=only(check))
    assert f"check_layer({layer_class.__name__}), check {check!r}" in str(failure.value)


def test_a_fault_is_planted_for_every_check() -> None:
    planted = {check for check, *_ in FAULTS}
    beside = {"fit_with_xla"} if BACKEND == "torch" else set()
    # Of each family of policies one planted fault stands for all.
    families = {"fit_policy_mixed_float16"}
    assert planted | beside | families == set(ALL)


def test_a_good_layer_passes_all_checks() -> None:
    checks = check_layer(Good, {"gain": 2.0}, (2, 3, 3, 4))
    skipped = {"fit_with_xla"} if BACKEND == "torch" else set()
    assert set(checks.skipped) == skipped
    assert set(checks.passed) == set(ALL) - skipped


def test_a_keras_layer_passes_and_what_it_cannot_do_is_skipped_with_the_reason() -> None:
    slow = dict.fromkeys(("fit", "fit_with_xla", "fit_eagerly"), "made elsewhere")
    checks = check_layer(
        keras.layers.Dense, {"units": 3}, (2, 4), unknown_sizes=False, policies=(), skip=slow
    )
    assert set(checks.passed) == {"config", "symbolic_call", "keras_file", "weights_file", "clone"}
    assert checks.skipped["unknown_sizes"] == "the layer needs known sizes"
    assert checks.skipped["channels_first"] == "the layer has no argument `data_format`"


def test_a_layer_given_as_channels_first_is_checked_too() -> None:
    init_kwargs = {"gain": 2.0, "data_format": "channels_first"}
    quick = dict.fromkeys(("fit", "fit_with_xla"), "made elsewhere")
    checks = check_layer(Good, init_kwargs, (2, 4, 3, 3), policies=(), skip=quick)
    assert "channels_first" in checks.passed


def test_a_random_layer_passes_only_with_deterministic_false() -> None:
    arguments = (keras.layers.GaussianNoise, {"stddev": 0.5}, (2, 3, 3, 4))
    assert "fit" in check_layer(*arguments, deterministic=False, skip=only("fit")).passed
    with pytest.raises(AssertionError, match="against an eager step"):
        check_layer(Drifts, {}, (2, 3, 3, 4), skip=only("fit"))
    checks = check_layer(Drifts, {}, (2, 3, 3, 4), deterministic=False, skip=only("fit"))
    assert checks.passed == ("fit",)


class Drifts(Good):
    generator = np.random.default_rng(0)

    def call(self, inputs: Any) -> Any:
        return super().call(inputs) * float(Drifts.generator.uniform(0.5, 1.5))


@pytest.mark.skipif(BACKEND != "tensorflow", reason="about a gap in TensorFlow")
def test_what_tensorflow_cannot_compute_is_skipped_with_its_reason() -> None:
    import tensorflow as tf

    class NeedsAnotherDevice(Good):
        def call(self, inputs: Any) -> Any:
            if self.data_format == "channels_first":
                raise tf.errors.UnimplementedError(None, None, "only NHWC is supported")
            return super().call(inputs)

    checks = check_layer(NeedsAnotherDevice, {}, (2, 3, 3, 4), skip=only("channels_first"))
    assert "only NHWC is supported" in checks.skipped["channels_first"]


def test_an_unknown_name_to_skip_is_refused() -> None:
    with pytest.raises(ValueError, match="Expected names of"):
        check_layer(Good, skip={"fitt": "typing error"})


def test_the_result_prints_the_checks_passed_and_skipped() -> None:
    text = str(LayerChecks(("config", "fit"), {"fit_with_xla": "no XLA"}))
    assert text == "passed: config, fit\nskipped: fit_with_xla (no XLA)"
    assert str(LayerChecks(("config",))).endswith("skipped: none")
