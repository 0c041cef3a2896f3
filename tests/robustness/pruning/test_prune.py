"""The smallest weights are pruned, stay zero in any training, and nothing else changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from keras_lateral import PruningMask, prune, reapply_pruning, remove_pruning, sparsity_of
from tests.backends import BACKEND, to_numpy
from tests.robustness.pruning.pruning_cases import (
    X,
    Y,
    filters_of,
    kernels,
    new_model,
    others,
    pruned_by_sorting,
    small_model,
)

SGD = keras.optimizers.SGD
WEIGHTS = 3 * 3 * 2 * 3 + 27 * 3


def compiled(optimizer: Any, **arguments: Any) -> keras.Model:
    model = small_model(**arguments)
    model.compile(optimizer, "mse")
    return model


def train(model: keras.Model, epochs: int = 1, **arguments: Any) -> None:
    model.fit(X, Y, batch_size=8, epochs=epochs, verbose=0, **arguments)


def zeros(model: keras.Model) -> list[np.ndarray]:
    return [values == 0 for values in kernels(model).values()]


def assert_held_and_trained(model: keras.Model, before: dict[str, np.ndarray]) -> None:
    """Asserts that zeros are still exactly zero, and that all other weights have changed."""
    for name, values in kernels(model).items():
        np.testing.assert_array_equal(values == 0, before[name] == 0, err_msg=name)
        assert np.all((values != before[name]) | (before[name] == 0)), name


@pytest.mark.parametrize("scope", ["global", "layer"])
@pytest.mark.parametrize("structure", [None, "filters"])
def test_the_smallest_weights_by_sorting_are_zero_and_every_other_bit_stays(
    scope: Any, structure: Any
) -> None:
    model = new_model()
    before, rest = kernels(model), others(model)
    expected = pruned_by_sorting(before, 0.25, scope, structure)
    every = [layer.name for layer in model.layers if hasattr(layer, "kernel_size")] + ["dense"]
    sparsity = prune(model, 0.25, layers=every, scope=scope, structure=structure)
    for name, values in kernels(model).items():
        np.testing.assert_array_equal(values, expected[name], err_msg=name)
    assert sparsity.zeros == sum(int((values == 0).sum()) for values in expected.values())
    for one, other in zip(others(model), rest, strict=True):
        np.testing.assert_array_equal(one, other)


def test_filters_are_those_of_the_output_channels() -> None:
    """Checked without sorting: a channel without filter and bias is zero, whatever the image."""
    model = new_model()
    prune(model, 0.5, structure="filters", scope="layer")
    for layer in model.layers[:6]:
        if isinstance(layer, (layers.BatchNormalization, layers.SeparableConv2D)):
            continue
        x = np.random.default_rng(0).normal(size=(1, *layer.input.shape[1:])).astype("float32")
        gone = [not np.any(f) for f in filters_of(f"{layer.name}/", to_numpy(layer.kernel))]
        silent = ~np.any(to_numpy(layer(x)), axis=(0, 1, 2))
        np.testing.assert_array_equal(silent, gone)
        assert sum(gone) == round(0.5 * len(gone))
    assert np.count_nonzero(to_numpy(model.get_layer("dense").kernel)) == 9  # no convolution


def test_torch_prunes_the_same() -> None:
    torch = pytest.importorskip("torch")
    from torch.nn.utils import prune as peer

    model = small_model()
    before = list(kernels(model).values())
    for scope, structure in (("global", None), ("layer", None), ("layer", "filters")):
        modules = [torch.nn.Module() for _ in before]
        for module, values in zip(modules, before, strict=True):
            module.weight = torch.nn.Parameter(torch.tensor(values))
            if scope == "layer" and structure is None:
                peer.l1_unstructured(module, "weight", amount=0.7)
            elif structure == "filters":
                peer.ln_structured(module, "weight", amount=0.7, n=2, dim=-1)
        if scope == "global":
            pairs = [(module, "weight") for module in modules]
            peer.global_unstructured(pairs, pruning_method=peer.L1Unstructured, amount=0.7)
        ours = small_model()
        prune(ours, 0.7, scope=scope, structure=structure, layers=["conv", "dense"])
        for module, values in zip(modules, kernels(ours).values(), strict=True):
            np.testing.assert_array_equal(values, module.weight.detach().cpu().numpy())


def test_equal_weights_are_pruned_in_order() -> None:
    model = keras.Sequential(
        [keras.Input((2,)), layers.Dense(3, kernel_initializer="ones"), layers.Dense(2)]
    )
    model.layers[1].kernel.assign(np.ones((3, 2)))
    with pytest.warns(UserWarning, match="Nothing is left"):
        prune(model, 7 / 12)
    first, second = kernels(model).values()
    assert not first.any()
    assert second.tolist() == [[0, 1], [1, 1], [1, 1]]


def optimizers() -> list[Any]:
    adam = keras.optimizers.AdamW(0.01, weight_decay=0.1, use_ema=True, ema_momentum=0.5)
    accumulating = SGD(0.1, gradient_accumulation_steps=2, use_ema=True, ema_overwrite_frequency=1)
    return [
        pytest.param(SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.1, clipnorm=1), id="sgd"),
        pytest.param(adam, id="adamw with averages"),
        pytest.param(accumulating, id="accumulating"),
        pytest.param(keras.optimizers.LossScaleOptimizer(SGD(0.1), initial_scale=2), id="scaled"),
    ]


@pytest.mark.parametrize("optimizer", optimizers())
def test_zeros_hold_in_fit_whatever_the_optimizer(optimizer: Any) -> None:
    model = compiled(optimizer)
    prune(model, 0.5)
    before = kernels(model)
    train(model, epochs=2)
    assert_held_and_trained(model, before)


def test_training_is_projected_gradient_descent() -> None:
    """w <- m * (w - lr * g), in NumPy."""
    dense = layers.Dense(3, use_bias=False)
    model = keras.Sequential([keras.Input((4,)), dense])
    model.compile(SGD(0.1), "mse")
    prune(model, 0.5)
    x, w = X.reshape(16, -1)[:, :4], to_numpy(dense.kernel).copy()
    m = w != 0
    assert m.sum() == 6
    for _ in range(3):
        model.train_on_batch(x, Y)
        w = m * (w - 0.1 * 2 * x.T @ (x @ w - Y) / Y.size)
    np.testing.assert_allclose(to_numpy(dense.kernel), w, rtol=1e-5, atol=1e-6)


def test_after_repeated_pruning_the_compiled_step_uses_the_newest_mask() -> None:
    """This holds even while something keeps the old functions, and so their code, alive."""
    model, held = compiled(SGD(0.1, momentum=0.9)), []
    train(model)
    for sparsity in (0.3, 0.6, 0.8):
        held.append(model.train_function)
        gone = zeros(model)
        assert prune(model, sparsity).zeros == round(sparsity * WEIGHTS)
        for now, before in zip(zeros(model), gone, strict=True):
            assert now[before].all()
        pruned = kernels(model)
        train(model)
        assert_held_and_trained(model, pruned)


def test_a_recompiled_model_holds_its_zeros() -> None:
    model = compiled(SGD(0.1))
    train(model)
    held = model.train_function
    prune(model, 0.5)
    before = kernels(model)
    model.compile(SGD(0.1), "mse")
    train(model)
    assert_held_and_trained(model, before)
    assert held is not model.train_function


def test_a_callback_can_prune_within_fit() -> None:
    model = compiled(keras.optimizers.Adam(0.01))
    seen = []

    def more(epoch: int, logs: Any) -> None:
        seen.append(prune(model, 0.2 * (epoch + 1)).zeros)

    train(model, 3, callbacks=[keras.callbacks.LambdaCallback(on_epoch_begin=more)])
    assert seen == [round(0.2 * (epoch + 1) * WEIGHTS) for epoch in range(3)]
    assert sparsity_of(model).zeros == seen[-1]


def test_zeros_and_masks_are_saved_and_hold_after_loading(tmp_path: Path) -> None:
    model = compiled(SGD(0.1, momentum=0.9))
    prune(model, 0.5)
    train(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert sparsity_of(loaded) == sparsity_of(model)
    before = kernels(loaded)
    train(loaded)
    assert_held_and_trained(loaded, before)


def test_an_earlier_constraint_acts_too_and_is_restored_afterwards() -> None:
    model = compiled(SGD(0.3), kernel_constraint=keras.constraints.MaxNorm(0.5, axis=[0, 1, 2]))
    conv = model.get_layer("conv")
    own = conv.kernel_constraint
    for sparsity in (0.3, 0.5):
        prune(model, sparsity)
        train(model)
        assert sparsity_of(model).zeros == round(sparsity * WEIGHTS)
        assert isinstance(conv.kernel_constraint, PruningMask)
        assert conv.kernel_constraint is conv.kernel.constraint
        norms = np.sqrt((to_numpy(conv.kernel) ** 2).sum(axis=(0, 1, 2)))
        assert norms.max() <= 0.5 + 1e-6
    assert remove_pruning(model) == ["conv", "dense"]
    assert conv.kernel_constraint is own
    assert conv.kernel.constraint is own
    assert model.get_layer("dense").kernel.constraint is None


def test_weights_that_are_no_longer_held_train_again() -> None:
    model = compiled(SGD(0.1))
    prune(model, 0.5)
    train(model)
    gone = sparsity_of(model).zeros
    assert remove_pruning(model, "conv") == ["conv"]
    assert sparsity_of(model).zeros == gone
    train(model)
    assert sparsity_of(model)["conv"].zeros == 0
    assert sparsity_of(model)["dense"].zeros == sparsity_of(model)["dense"].held > 0
    remove_pruning(model)
    train(model)
    assert sparsity_of(model).zeros == 0
    with pytest.warns(UserWarning, match="has no pruned weights: it stays as it is"):
        assert remove_pruning(model) == []
    with pytest.raises(ValueError, match="No layer is named 'cnv'"):
        remove_pruning(model, "cnv")
    with pytest.raises(ValueError, match="has no pruned weights. See `prune`"):
        reapply_pruning(model)


def test_averages_of_a_later_optimizer_keep_zeros_after_reapplying() -> None:
    def averaging() -> Any:
        return SGD(0.1, momentum=0.9, use_ema=True, ema_momentum=0.5)

    model = small_model()
    prune(model, 0.5)
    gone = sparsity_of(model).zeros
    model.compile(averaging(), "mse")
    train(model)
    assert sparsity_of(model).zeros < gone  # as documented
    model.compile(averaging(), "mse")
    assert reapply_pruning(model).zeros == gone
    train(model)
    assert sparsity_of(model).zeros == gone


def test_reapplying_prunes_weights_set_from_outside() -> None:
    model = small_model()
    before = model.get_weights()
    prune(model, 0.5)
    pruned = model.get_weights()
    model.set_weights(before)
    reapply_pruning(model)
    for one, other in zip(model.get_weights(), pruned, strict=True):
        np.testing.assert_array_equal(one, other)


def test_pruned_weights_stay_pruned_even_as_part_of_a_filter() -> None:
    model = small_model()
    prune(model, 0.3, layers="conv")
    first = zeros(model)[0]
    prune(model, 0.4, layers="conv", structure="filters")  # one of three filters
    both = zeros(model)[0]
    assert both[first].all()
    assert sparsity_of(model)["conv"].zero_filters == 1
    assert int(both.sum()) == int((first | np.all(both, axis=(0, 1, 2))).sum())


def test_layers_inside_subclassed_and_nested_models_are_found() -> None:
    class Wrapped(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.inner = small_model()

        def call(self, x: Any) -> Any:
            return self.inner(x)

    model = Wrapped()
    with pytest.raises(ValueError, match="have no weights yet"):
        prune(keras.Sequential([layers.Dense(2)]), 0.5)
    model.compile(SGD(0.1), "mse")
    train(model)
    assert prune(model, 0.5).zeros == round(0.5 * WEIGHTS)
    train(model)
    assert sparsity_of(model).zeros == round(0.5 * WEIGHTS)


def test_bfloat16_kernels_keep_every_bit_that_is_not_pruned() -> None:
    dense = layers.Dense(8, dtype="bfloat16")
    model = keras.Sequential([keras.Input((8,)), dense])
    before = to_numpy(dense.kernel.value).copy()
    prune(model, 0.5)
    after = to_numpy(dense.kernel.value)
    np.testing.assert_array_equal(after, np.where(after == 0, 0, before))
    assert np.count_nonzero(after) == 32


@pytest.mark.parametrize("sparsity", [0, 0.4])
def test_a_warning_says_that_nothing_was_pruned(sparsity: float) -> None:
    model = small_model()
    prune(model, 0.5)
    before = kernels(model)
    with pytest.warns(UserWarning, match="Nothing was pruned"):
        prune(model, sparsity)
    for name, values in kernels(model).items():
        np.testing.assert_array_equal(values, before[name])


def test_a_warning_names_a_layer_of_which_nothing_is_left() -> None:
    model = small_model()
    model.get_layer("conv").kernel.assign(1e-3 * model.get_layer("conv").kernel)
    with pytest.warns(UserWarning, match=r"Nothing is left of the kernels of \['conv'\]"):
        prune(model, 0.5)


@pytest.mark.parametrize("sparsity", [0.5, 0.9, 0.99])
def test_the_largest_filter_of_a_layer_stays_whatever_the_others_are(sparsity: float) -> None:
    model = new_model()
    names = [layer.name for layer in model.layers if hasattr(layer, "kernel_size")]
    small = names[0]
    for variable in model.get_layer(small).weights:
        variable.assign(1e-4 * variable)
    before = kernels(model)
    with pytest.warns(UserWarning, match=rf"Only the largest filter is left in.*{small}.*scope="):
        prune(model, sparsity, structure="filters")
    after = {name: v for name, v in kernels(model).items() if "dense" not in name}
    pruned = units = 0
    for name, values in after.items():
        left = [bool(np.any(f)) for f in filters_of(name, values)]
        sizes = [np.linalg.norm(f) for f in filters_of(name, before[name])]
        assert left[int(np.argmax(sizes))], name
        pruned, units = pruned + left.count(False), units + len(left)
        assert left.count(True) == 1 or not name.startswith(f"{small}/")
    assert pruned == min(round(sparsity * units), units - len(after))
    with pytest.warns(UserWarning, match="Nothing was pruned"):  # what is spared stays spared
        prune(model, sparsity, structure="filters")


def test_a_layer_that_is_pruned_already_has_no_filter_to_spare() -> None:
    model = small_model()
    model.get_layer("conv").kernel.assign(1e-3 * model.get_layer("conv").kernel)
    with pytest.warns(UserWarning, match="Nothing is left"):
        prune(model, 0.5)
    prune(model, 0.5, layers="dense", structure="filters")
    assert sparsity_of(model)["conv"].zero_filters == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sparsity": 1.0}, r"`sparsity`. Expected a number of at least 0 and below 1"),
        ({"sparsity": -0.1}, "`sparsity`"),
        ({"sparsity": "half"}, "`sparsity`"),
        ({"sparsity": float("nan")}, "`sparsity`"),
        ({"scope": "model"}, "`scope`. Expected one of"),
        ({"structure": "channels"}, "`structure`. Expected 'filters'"),
        ({"layers": "flatten"}, "`layers`"),
        ({"layers": layers.Flatten}, "have no known kernel"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_changes(
    arguments: dict[str, Any], message: str
) -> None:
    model = small_model()
    before = model.get_weights()
    with pytest.raises(ValueError, match=message):
        prune(model, **({"sparsity": 0.5} | arguments))
    for one, other in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(one, other)
    assert sparsity_of(model)["conv"].held == 0


def test_models_that_cannot_be_pruned_are_refused() -> None:
    no_kernels = keras.Sequential([keras.Input((4,)), layers.ReLU()])
    with pytest.raises(ValueError, match="no convolution and no dense layer"):
        prune(no_kernels, 0.5)
    dense = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    with pytest.raises(ValueError, match=r"no convolution whose filters .* not the last one"):
        prune(dense, 0.5, structure="filters")
    dense.layers[0].kernel.assign(np.full((4, 2), np.nan))
    with pytest.raises(ValueError, match="not finite"):
        prune(dense, 0.5)
    adapted = keras.Sequential([keras.Input((4,)), layers.Dense(2, name="adapted", lora_rank=1)])
    with pytest.raises(ValueError, match="'adapted' has no floating-point kernel of its own"):
        prune(adapted, 0.5)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="options of TensorFlow's trainer")
@pytest.mark.parametrize("how", [{"run_eagerly": True}, {"jit_compile": True}])
def test_zeros_hold_however_the_step_is_run(how: dict[str, bool]) -> None:
    model = small_model()
    model.compile(SGD(0.1, momentum=0.9), "mse", **how)
    train(model)
    prune(model, 0.5)
    before = kernels(model)
    train(model)
    assert_held_and_trained(model, before)
