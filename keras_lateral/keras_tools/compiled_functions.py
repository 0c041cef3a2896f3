"""Compiled functions of a model that was changed in place."""

from __future__ import annotations

from typing import Any

import keras


def rebuild_compiled_functions(model: Any) -> None:
    """Makes a model's compiled functions anew: they compute what the model was when traced."""
    if isinstance(model, keras.Model) and model.compiled:
        model.make_train_function(force=True)
        model.make_test_function(force=True)
