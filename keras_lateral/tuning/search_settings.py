"""The settings of a search, so that a folder is never resumed with other ones."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_lateral.files import read_json, write_json
from keras_lateral.keras_tools.all_layers import all_layers
from keras_lateral.keras_tools.lasting_config import lasting_config
from keras_lateral.keras_tools.users_code.edited import edited


def claim_folder(directory: Path, settings: Mapping[str, Any]) -> None:
    """Writes a search's settings into its folder, or compares them with those already there.

    Raises:
        ValueError: If the folder holds another search. The message says what differs.
    """
    file = directory / "settings.json"
    settings = json.loads(json.dumps(settings))  # as it is read back
    if not file.exists():
        write_json(file, settings)
        return
    kept = read_json(file)
    names = [*settings, *(name for name in kept if name not in settings)]
    code = edited(kept.get("code"), settings.get("code"))
    differences = [f"the code of {name} was edited since" for name in code]
    differences += [
        f"{name} was {kept.get(name)!r}, is now {settings.get(name)!r}"
        for name in names
        if kept.get(name) != settings.get(name) and name != "code"
    ]
    if differences:
        raise ValueError(
            f"Invalid value for argument `directory`. {directory} holds a search with other "
            f"settings: {'; '.join(differences)}. Choose another folder; this one is kept."
        )


def fingerprint_of_arrays(*arrays: Any) -> str:
    """Returns a fingerprint of the shapes, types and values of arrays."""
    digest = hashlib.sha256()
    for array in map(np.asarray, arrays):
        digest.update(f"{array.shape}{array.dtype}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:12]


def fingerprint_of_model(model: keras.Model) -> str:
    """Returns a fingerprint of layers, optimizer and loss, whatever their names."""
    layers = [
        (type(layer).__name__, lasting_config(layer.get_config()))
        for layer in all_layers(model)
        if not isinstance(layer, keras.Model)
    ]
    shapes = [tuple(weight.shape) for weight in model.weights]
    compiled = (lasting_config(model.optimizer.get_config()), type(model.optimizer).__name__)
    loss = getattr(model.loss, "get_config", lambda: model.loss)()
    text = without_addresses((layers, shapes, compiled, lasting_config(loss)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def without_addresses(value: Any) -> str:
    """Returns a value as text that is the same in every process, also for functions."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))
