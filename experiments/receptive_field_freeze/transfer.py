"""The transfer: new last layers on features that no longer train."""

from __future__ import annotations

from collections.abc import Sequence

import keras

from experiments.receptive_field_freeze.images import Images
from experiments.receptive_field_freeze.protocol import Scores, predict, scores


def transfer(
    features: keras.Model,
    head: keras.Model,
    images: Images,
    *,
    seeds: Sequence[int],
    learning_rates: Sequence[float],
    batch_size: int,
) -> dict[str, list[Scores]]:
    """Trains new last layers on the features for one epoch each, and validates them.

    The features do not train, so they are computed once: nothing would change them.

    Args:
        features: The network without its last layer.
        head: A new last layer, from `new_head`.
        images: Images of the classes to transfer to.
        seeds: One seed for each last layer: of its initial weights and of the order of the images.
        learning_rates: Learning rates of Adam; each is tried with the same last layers.
        batch_size: Images per batch.

    Returns:
        By learning rate, for each last layer: `accuracy` and `loss` on the held-out images, and
        `train_accuracy`, all after the epoch.
    """
    known = Images(
        predict(features, images.x),
        images.y,
        predict(features, images.x_held_out),
        images.y_held_out,
    )
    return {
        f"{rate:g}": [_train_head(head, known, seed, rate, batch_size) for seed in seeds]
        for rate in learning_rates
    }


def new_head(features: keras.Model, classes: int) -> keras.Model:
    """Returns a compiled last layer for the features, to be trained with Adam."""
    head = keras.Sequential(
        [keras.Input(features.output.shape[1:]), keras.layers.Dense(classes, activation="softmax")]
    )
    head.compile(
        keras.optimizers.Adam(),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    head.optimizer.build(head.trainable_variables)
    return head


def _train_head(
    head: keras.Model, known: Images, seed: int, learning_rate: float, batch_size: int
) -> Scores:
    for variable in (*head.variables, *head.optimizer.variables):
        variable.assign(keras.ops.zeros(variable.shape, variable.dtype))
    kernel = head.layers[-1].kernel
    kernel.assign(keras.initializers.GlorotUniform(seed=seed)(kernel.shape))
    head.optimizer.learning_rate.assign(learning_rate)
    x, y = known.batches_of_epoch((seed,))
    head.fit(x, y, batch_size=batch_size, shuffle=False, verbose=0)
    train = scores(keras.ops.convert_to_numpy(head(known.x)), known.y)
    held_out = scores(keras.ops.convert_to_numpy(head(known.x_held_out)), known.y_held_out)
    return {**held_out, "train_accuracy": train["accuracy"]}
