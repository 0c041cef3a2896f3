"""The record scales its maps, counts their pixels, and is saved and loaded."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from keras_lateral import Saliency

MAPS = np.random.default_rng(0).exponential(size=(2, 5, 4))
RECORD = Saliency(MAPS, "gradient", np.array([3, 1]), {"channels": "max"})


def test_half_of_a_map_lies_in_the_fewest_pixels_that_hold_it() -> None:
    for half, map_ in zip(RECORD.half, MAPS, strict=True):
        falling = sorted(map_.ravel(), reverse=True)
        count = round(half * 20)
        assert sum(falling[: count - 1]) < map_.sum() / 2 <= sum(falling[:count])


def test_maps_are_scaled_by_their_maximum_and_zeros_stay() -> None:
    record = Saliency(np.stack([MAPS[0], np.zeros((5, 4))]), "gradient", np.zeros(2, int))
    np.testing.assert_allclose(record.normalized()[0], MAPS[0] / MAPS[0].max())
    assert not record.normalized()[1].any()
    assert np.isnan(record.half[1])
    assert str(Saliency(np.zeros((1, 5, 4)), "gradient", np.zeros(1, int))).endswith("all 0")


def test_it_is_restored_from_npz_and_json(tmp_path: Path) -> None:
    np.savez(tmp_path / "saliency.npz", **RECORD.to_arrays())
    with np.load(tmp_path / "saliency.npz") as read:
        np.testing.assert_array_equal(read["maps"], MAPS)
        np.testing.assert_array_equal(read["target"], [3, 1])
        assert str(read["method"]) == "gradient"
        assert json.loads(str(read["settings"])) == {"channels": "max"}
    values = json.loads(RECORD.to_json())
    np.testing.assert_array_equal(values["maps"], MAPS)
    assert (values["method"], values["target"]) == ("gradient", [3, 1])
