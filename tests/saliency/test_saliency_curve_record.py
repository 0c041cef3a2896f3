"""The record of a curve has the area of the trapezoids below it."""

import json

import numpy as np

from keras_lateral import SaliencyCurve


def test_the_area_is_that_of_trapezoids_of_any_width() -> None:
    shares = np.array([0.0, 0.1, 0.5, 1.0])
    scores = np.array([[1.0, 0.6, 0.2, 0.0], [0.5, 0.5, 0.5, 0.5]])
    record = SaliencyCurve("insertion", shares, scores, np.array([4, 2]), {"steps": 3})
    np.testing.assert_allclose(record.area, [0.08 + 0.16 + 0.05, 0.5])
    np.testing.assert_allclose(record.mean_area, 0.395)
    values = json.loads(record.to_json())
    assert (values["kind"], values["target"], values["settings"]) == (
        "insertion",
        [4, 2],
        {"steps": 3},
    )
    np.testing.assert_allclose(values["scores"], scores)
    assert "insertion of 2 images: area 0.395, from 0.75 to 0.25" in str(record)
