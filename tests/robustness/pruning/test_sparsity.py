"""Zeros are counted wherever they are and for whatever reason."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from keras import layers

from keras_lateral import prune, sparsity_of
from tests.robustness.pruning.pruning_cases import filters_of, kernels, new_model, small_model


def test_counts_agree_with_the_kernels() -> None:
    model = new_model()
    for layer in model.layers:
        for variable in layer.weights:
            if "kernel" in variable.name:
                gone = np.random.default_rng(0).random(tuple(variable.shape)) < 0.6
                variable.assign(np.where(gone, 0, variable))
    sparsity = sparsity_of(model)
    assert len(sparsity.layers) == len(kernels(model)) == 7
    for layer, (name, values) in zip(sparsity.layers, kernels(model).items(), strict=True):
        filters = filters_of(name, values)
        assert layer.name.split("/")[0] == name.split("/")[0]
        assert (layer.weights, layer.zeros) == (values.size, int((values == 0).sum()))
        assert (layer.filters, layer.held) == (len(filters), 0)
        assert layer.zero_filters == sum(not np.any(f) for f in filters)
    assert sparsity.zeros == sum(layer.zeros for layer in sparsity.layers)
    assert sparsity.share == sparsity.zeros / sparsity.weights


def test_pruned_weights_are_counted_as_held() -> None:
    model = small_model()
    prune(model, 0.5, layers="dense")
    sparsity = sparsity_of(model)
    assert (sparsity["conv"].held, sparsity["dense"].held) == (0, 40)
    assert [layer.name for layer in sparsity_of(model, layers.Dense).layers] == ["dense"]


def test_a_record_prints_a_table_and_writes_json(tmp_path: Path) -> None:
    model = small_model()
    sparsity = prune(model, 0.4)
    text = sparsity.to_json(tmp_path / "sparsity.json")
    assert json.loads(text) == json.loads((tmp_path / "sparsity.json").read_text())
    assert json.loads(text)["layers"][0]["name"] == "conv"
    head, columns, *rows = str(sparsity).splitlines()
    assert head == '"small": 54 of 135 kernel weights are zero, 40.0 %'
    assert {len(row) for row in [columns, *rows]} == {len(columns)}
    with pytest.raises(KeyError, match=r"Expected one of \['conv', 'dense'\]"):
        sparsity["other"]
