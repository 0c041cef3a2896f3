"""Losses that take the label of an image as shares of the classes, as mixed images have them."""

from __future__ import annotations

import keras


def take_shares_of_classes(model: keras.Model) -> None:
    """Exchanges a compiled model's sparse cross-entropy by the same of shares; in place.

        L = -log p_y   becomes   L = -sum_c share_c log p_c,

    the same number where one class has the whole share. Other losses stay. Metrics become the
    accuracy, where there were any: a metric of whole labels cannot read shares.

    Args:
        model: A compiled model, before its training.
    """
    loss = keras.losses.get(model.loss) if isinstance(model.loss, (str, dict)) else model.loss
    if loss is keras.losses.sparse_categorical_crossentropy:
        loss = keras.losses.SparseCategoricalCrossentropy()
    if not isinstance(loss, keras.losses.SparseCategoricalCrossentropy):
        return
    config = loss.get_config()
    shares = keras.losses.CategoricalCrossentropy(
        **{
            key: config[key]
            for key in ("name", "reduction", "from_logits", "axis")
            if key in config
        }
    )
    asked_for_more = len(model.metrics) > 1  # than the loss
    model.compile(
        optimizer=model.optimizer,
        loss=shares,
        metrics=["accuracy"] if asked_for_more else None,
        run_eagerly=model.run_eagerly,
        steps_per_execution=model.steps_per_execution,
        jit_compile=model.jit_compile,
    )
