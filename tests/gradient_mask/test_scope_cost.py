"""scope="weights" costs an ordinary backward pass: its convolutions are counted, not timed."""

from collections import Counter

import keras
import numpy as np
import pytest

from keras_lateral import GradientMaskConv2D

BACKEND = keras.backend.backend()
IMAGES = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")


def chain(layer_class, **arguments):
    """Returns two convolutions, so that the second one's input needs a gradient."""
    return keras.Sequential(
        [keras.Input((8, 8, 3)), *(layer_class(4, 3, use_bias=False, **arguments) for _ in "ab")]
    )


def needed(tensors):
    """Returns the operations that a graph's outputs depend on: TensorFlow prunes the others."""
    found, left = {}, [tensor.op for tensor in tensors]
    while left:
        operation = left.pop()
        if operation.name not in found:
            found[operation.name] = operation
            left += [tensor.op for tensor in operation.inputs]
    return list(found.values())


@pytest.mark.skipif(BACKEND != "tensorflow", reason="counts the operations of TensorFlow's graph")
@pytest.mark.parametrize("scope", ["all", "weights"])
def test_a_graph_holds_as_many_convolutions_as_without_masks(scope):
    import tensorflow as tf

    def convolutions(model):
        @tf.function
        def gradients(x):
            with tf.GradientTape() as tape:
                y = tf.reduce_sum(tf.square(model(x, training=True)))
            return tape.gradient(y, [v.value for v in model.trainable_variables])

        graph = gradients.get_concrete_function(tf.TensorSpec((2, 8, 8, 3))).graph
        types = [operation.type for operation in needed(graph.outputs)]
        return Counter(name for name in types if name.startswith("Conv2D"))

    plain = convolutions(chain(keras.layers.Conv2D))
    assert plain == {"Conv2D": 2, "Conv2DBackpropInput": 1, "Conv2DBackpropFilter": 2}
    assert convolutions(chain(GradientMaskConv2D, scope=scope, threshold=0.5)) == plain


@pytest.mark.skipif(BACKEND != "jax", reason="asks JAX's compiler what the program costs")
def test_a_compiled_program_costs_the_same_in_both_scopes():
    import jax

    def flops(scope):
        model = chain(GradientMaskConv2D, scope=scope, threshold=0.5)
        frozen = [v.value for v in model.non_trainable_variables]

        def loss(trainable, x):
            y, _ = model.stateless_call(trainable, frozen, x, training=True)
            return (y**2).sum()

        trainable = [v.value for v in model.trainable_variables]
        return jax.jit(jax.grad(loss)).lower(trainable, IMAGES).compile().cost_analysis()["flops"]

    smallest_convolution = 2 * 2 * 6 * 6 * 9 * 3 * 4
    assert flops("weights") < flops("all") + smallest_convolution / 2
