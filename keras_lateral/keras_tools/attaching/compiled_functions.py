"""Compiled functions of a model that was changed in place."""

from __future__ import annotations

from typing import Any

import keras

from keras_lateral.keras_tools.attaching.fresh_step import fresh_step


def rebuild_compiled_functions(model: Any) -> None:
    """Makes a model's compiled functions anew: they compute what the model was when traced.

    Those that do not exist yet are left to `fit`, which knows the whole state by then: on several
    devices JAX lays it out when the function is made.
    """
    if not isinstance(model, keras.Model):
        return
    if model.train_function is not None:
        with fresh_step(model, "train_step"):
            model.make_train_function(force=True)
    if model.test_function is not None:
        with fresh_step(model, "test_step"):
            model.make_test_function(force=True)
