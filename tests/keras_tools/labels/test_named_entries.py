"""Every record whose entries have names is a read-only mapping from these to the entries."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import keras_lateral as kl
from keras_lateral.keras_tools.labels.named_entries import NamedEntries
from keras_lateral.record import Record


def records() -> list[Any]:
    """Returns a record of each kind, of a model with one convolution called `"conv"`."""
    model = keras.Sequential(
        [keras.Input((6, 6, 2)), keras.layers.Conv2D(2, 3, padding="same", name="conv")]
    )
    model.compile("sgd", "mse")
    kl.attach_regularizer(model, kl.FrameRegularizer())
    kl.apply_gradient_mask(model, sigma=0.5)
    x = np.random.default_rng(0).normal(size=(2, 6, 6, 2)).astype("float32")
    return [
        kl.frame_bounds(model),
        kl.gradient_flow_sensitivity(model, x, x),
        kl.gradient_mask_report(model, x, x),
        kl.penalty_shares(model, x, x),
        kl.receptive_fields(model),
        kl.sparsity_of(model),
        kl.summary(model),
    ]


def test_records_by_layer_are_read_only_mappings() -> None:
    for record in records():
        assert isinstance(record, Mapping)
        names = list(record)
        assert names[-1] == "conv"
        assert len(record) == len(names)
        assert "conv" in record
        assert "absent" not in record
        assert 0 not in record
        assert record.get("absent") is None
        assert list(record.items()) == list(zip(names, record.values(), strict=True))
        assert record["conv"] is list(record.values())[-1]
        with pytest.raises(TypeError):
            record["conv"] = None
        with pytest.raises(KeyError, match="No .*called 'absent'"):
            record["absent"]
        assert hash(record) == hash(record)
        assert record == record


def test_every_record_that_is_asked_by_names_is_a_mapping() -> None:
    for _, module, _ in pkgutil.walk_packages([str(Path(kl.__file__).parent)], "keras_lateral."):
        if not module.endswith("__main__"):
            importlib.import_module(module)
    kinds = [Record]
    for kind in kinds:
        kinds += kind.__subclasses__()
    asked = [kind for kind in kinds if hasattr(kind, "__getitem__")]
    assert {kl.Evaluation, kl.Sparsity, kl.ModelSummary} < set(asked)
    assert [kind for kind in asked if not issubclass(kind, Mapping)] == []


def test_an_evaluation_is_a_mapping_from_conditions_even_without_any() -> None:
    evaluation = kl.Evaluation(0.9, 0.4, 0.02, 100, 0.9)
    assert isinstance(evaluation, NamedEntries)
    assert list(evaluation) == []
    assert evaluation
    assert evaluation == kl.Evaluation(0.9, 0.4, 0.02, 100, 0.9)
