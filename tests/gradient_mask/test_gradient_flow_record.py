"""The record's shares are parts of its maps."""

import json

import numpy as np
import pytest

from keras_lateral import GradientFlowSensitivity, LayerGradientFlow

MAPS = np.random.default_rng(0).exponential(size=(3, 4, 5))


def test_a_layer_without_a_mask_has_no_shares_and_writes_null() -> None:
    record = GradientFlowSensitivity(
        (
            LayerGradientFlow("plain", MAPS, MAPS),
            LayerGradientFlow("m", MAPS, MAPS, MAPS, MAPS, 1.0),
        )
    )
    values = json.loads(record.to_json())
    plain, masked = values["layers"]
    assert plain["sensitivity_kept"] is None
    assert masked["sensitivity_kept"] == masked["gradient_kept"] == 1.0
    np.testing.assert_allclose(plain["mean_gradient"], MAPS.mean(axis=0))
    assert str(record).splitlines()[2].split() == ["plain", "-", "-", "-"]
    with pytest.raises(KeyError, match="No layer is called 'other'"):
        record["other"]


def test_without_any_mask_it_prints_no_table() -> None:
    record = GradientFlowSensitivity((LayerGradientFlow("plain", MAPS, MAPS),))
    assert str(record) == "gradient-flow sensitivity of plain (3 samples), no masks"
