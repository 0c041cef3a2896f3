"""Losses for soft labels, which give each class a share, as those of mixed images do."""

from __future__ import annotations

import keras


def use_soft_labels(model: keras.Model) -> None:
    """Replaces a compiled model's sparse cross-entropy by that of soft labels, in place.

        L = -log p_y   becomes   L = -sum_c share_c log p_c,

    the same number where one class has the whole share. Other losses stay. Metrics, if there are
    any, become the accuracy: a metric of integer labels cannot read shares.

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
    has_metrics = len(model.metrics) > 1  # besides the loss
    model.compile(
        optimizer=model.optimizer,
        loss=shares,
        metrics=["accuracy"] if has_metrics else None,
        run_eagerly=model.run_eagerly,
        steps_per_execution=model.steps_per_execution,
        jit_compile=model.jit_compile,
    )
