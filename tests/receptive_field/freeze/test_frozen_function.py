"""A frozen step computes less, differs for other variables, and leaves no trace."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral.receptive_field.freeze.frozen_function import (
    FrozenEpoch,
    FrozenFunction,
    build_optimizer,
)
from tests.receptive_field.freeze.freeze_cases import BACKEND, X, Y, new_model, weights

BATCH = (X[:4], Y[:4])


def functions(**compiled: Any) -> tuple[Any, FrozenFunction]:
    """Returns a model's ordinary step, which trains three kernels, and a frozen one, of two."""
    model = new_model(**compiled)
    build_optimizer(model)
    model.make_train_function()
    return model.train_function, frozen(model, "second")


def frozen(model: keras.Model, layer: str) -> FrozenFunction:
    return FrozenFunction(model, model.get_layer(layer).trainable_variables)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="inspects TensorFlow's graph")
def test_the_executed_graph_has_no_gradient_of_a_frozen_kernel(tmp_path: Path) -> None:
    import tensorflow as tf

    def filter_gradients(function: Any, where: Path) -> list[int]:
        """Counts them in the one graph that has any, as traced and as TensorFlow ran it."""
        batches = iter(tf.data.Dataset.from_tensors(BATCH))
        tf.summary.trace_on(graph=True)
        function(batches)
        with tf.summary.create_file_writer(str(where)).as_default():
            tf.summary.trace_export("step", step=0)
        [path] = where.iterdir()
        values = [
            v for e in tf.compat.v1.train.summary_iterator(str(path)) for v in e.summary.value
        ]
        [run] = [v.tensor.string_val[0] for v in values if v.tensor.string_val]
        graphs = tf.compat.v1.RunMetadata.FromString(run).function_graphs
        pairs = [(g.pre_optimization_graph, g.post_optimization_graph) for g in graphs]
        counts = [[operations(graph) for graph in pair] for pair in pairs]
        [found] = [pair for pair in counts if any(pair)]
        return found

    def operations(graph: Any) -> int:
        inner = [node for function in graph.library.function for node in function.node_def]
        return sum(n.op.startswith("Conv2DBackpropFilter") for n in [*graph.node, *inner])

    ordinary, function = functions()
    assert filter_gradients(ordinary, tmp_path / "ordinary") == [3, 3]
    assert filter_gradients(function, tmp_path / "frozen") == [3, 2]


@pytest.mark.skipif(BACKEND != "tensorflow", reason="XLA by TensorFlow")
def test_xla_compiles_no_gradient_of_a_frozen_kernel() -> None:
    import tensorflow as tf

    def convolutions(function: Any) -> int:
        step = tf.function(lambda x, y: function(iter([(x, y)])), jit_compile=True)
        return step.experimental_get_compiler_ir(*BATCH)(stage="hlo").count(" convolution(")

    ordinary, function = functions(jit_compile=True)
    assert convolutions(ordinary) == 3 + 2 + 3  # forward; back to maps, and to kernels
    assert convolutions(function) == 3 + 2 + 2


@pytest.mark.skipif(BACKEND != "jax", reason="XLA by JAX")
def test_jax_computes_fewer_products_in_a_frozen_step() -> None:
    import jax

    def products(function: Any) -> float:
        model = frozen_function.model
        groups = (
            model.trainable_variables,
            model.non_trainable_variables,
            model.optimizer.variables,
            model.metrics_variables,
        )
        state = tuple([v.value for v in group] for group in groups)
        step = jax.jit(lambda state, batch: function(state, iter([batch])))
        cost = step.lower(state, BATCH).compile().cost_analysis()
        return cost["flops"]

    ordinary, frozen_function = functions()
    # The kernel's gradient sums over images and positions, for each of its values.
    fewer = 2 * 4 * (3 * 3) * (2 * 2 * 3 * 3)
    # Positions at the border have less to sum, and the update's own operations are saved, too.
    saved = products(ordinary) - products(frozen_function)
    assert 0.5 * fewer < saved < 1.5 * fewer


@pytest.mark.skipif(BACKEND != "torch", reason="torch counts its own operations")
def test_torch_computes_no_gradient_of_a_frozen_kernel() -> None:
    from torch.utils.flop_counter import FlopCounterMode

    def products(function: Any) -> int:
        with FlopCounterMode(display=False) as counter:
            function([BATCH])
        return counter.get_total_flops()

    ordinary, function = functions()
    assert products(ordinary) - products(function) == 2 * 4 * (3 * 3) * (2 * 2 * 3 * 3)


def test_it_fits_the_same_variables_of_the_model_as_compiled() -> None:
    model = new_model()
    build_optimizer(model)
    model.make_train_function()
    function = frozen(model, "second")
    variables = model.get_layer("second").trainable_variables
    assert function.fits(model, variables)
    assert function.fits(model, variables[::-1])
    assert not function.fits(model, variables[:1])
    assert not function.fits(model, model.get_layer("third").trainable_variables)
    assert not function.fits(new_model(), variables)
    epoch = FrozenEpoch(model, frozen(model, "third"))
    assert function.fits(model, variables)  # while another one is active
    epoch.end()
    model.compile(model.optimizer, "mse")
    model.make_train_function()
    assert not function.fits(model, variables)


def test_epochs_put_back_the_earlier_function_in_whatever_order_they_end() -> None:
    model = new_model()
    build_optimizer(model)
    model.make_train_function()
    before, ordinary = set(vars(model)), model.train_function
    first = FrozenEpoch(model, frozen(model, "first"))
    second = FrozenEpoch(model, frozen(model, "second"))
    third = FrozenEpoch(model, frozen(model, "third"))
    for epoch in (first, third, third):
        epoch.end()
        assert model.train_function is not ordinary
    second.end()
    assert model.train_function is ordinary
    assert set(vars(model)) == before


def test_making_a_function_ends_every_epoch_left_open() -> None:
    model = new_model()
    build_optimizer(model)
    model.make_train_function()
    before, ordinary = set(vars(model)), model.train_function
    FrozenEpoch(model, frozen(model, "first"))
    FrozenEpoch(model, frozen(model, "second"))
    model.make_train_function()
    assert model.train_function is ordinary
    assert set(vars(model)) == before
    FrozenEpoch(model, frozen(model, "first"))
    model.make_train_function(force=True)
    assert not isinstance(model.train_function, FrozenFunction)
    assert set(vars(model)) == before


def test_after_a_failed_step_the_optimizer_is_unchanged() -> None:
    model = new_model()
    build_optimizer(model)
    model.make_train_function()
    before, kernels = dict(vars(model.optimizer)), weights(model, "first")
    model.train_function = frozen(model, "second")
    with pytest.raises(Exception, match=r"(?s).*"):  # whatever the backend says about that image
        model.train_on_batch(np.zeros((4, 3, 3, 1, 1), "float32"), Y[:4])
    after = vars(model.optimizer)
    assert all(after[name] is value for name, value in before.items())
    assert not {"apply", "stateless_apply"} & set(after)
    if BACKEND == "torch":
        assert all(v.value.requires_grad for v in model.trainable_variables)
    np.testing.assert_array_equal(weights(model, "first")[0], kernels[0])


@pytest.mark.parametrize("built", [True, False])
def test_an_optimizer_is_built_once_on_all_variables_of_a_built_model(built: bool) -> None:
    model = keras.Sequential([keras.layers.Dense(2)])
    build_optimizer(model)  # there is none
    model.compile("adam", "mse")
    if built:
        model.build((None, 3))
    build_optimizer(model)
    assert model.optimizer.built is built
    slots = model.optimizer.variables
    build_optimizer(model)
    assert len(model.optimizer.variables) == len(slots) == (2 + 2 * 2 if built else 2)
