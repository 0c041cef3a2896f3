import numpy as np
import pytest
from numpy.testing import assert_allclose

from keras_lateral import SigmaTrial, SigmaTuning, plot_sigma_tuning

pytest.importorskip("matplotlib", reason="the extra `plots`")

BASELINE = SigmaTrial("no mask", None, 9, (0.80, 0.90))
LOW = SigmaTrial("2", 0.7, 9, (0.82, 0.90))
HIGH = SigmaTrial("0", 1.4, 9, (0.84, 0.87))
SHORT = SigmaTrial("1", 2.0, 3, (0.5, 0.7))


def lines(*trials):
    figure, axes = plot_sigma_tuning(SigmaTuning(BASELINE, trials, (0, 1)))
    figure.canvas.draw()
    return axes[0, 0], {line.get_label(): line.get_xydata() for line in axes[0, 0].lines}


def test_the_line_goes_through_the_means_in_per_cent():
    _, drawn = lines(LOW, HIGH)
    assert_allclose(drawn["mask: mean"], [[0.7, 86.0], [1.4, 85.5]])


def test_each_seed_has_a_stroke_at_its_sigma():
    panel, _ = lines(LOW, HIGH)
    strokes = [line.get_xydata() for line in panel.lines if line.get_marker() == "_"]
    assert_allclose(np.concatenate(strokes), [[0.7, 82.0], [0.7, 90.0], [1.4, 84.0], [1.4, 87.0]])


def test_the_band_spans_the_seeds_without_a_mask():
    panel, drawn = lines(LOW, HIGH)
    assert_allclose(drawn["no mask: mean and range"][:, 1], [85.0, 85.0])
    (band,) = panel.patches
    assert_allclose([band.get_y(), band.get_y() + band.get_height()], [80.0, 90.0])


def test_trials_of_fewer_epochs_stand_apart():
    _, drawn = lines(LOW, HIGH, SHORT)
    assert_allclose(drawn["mask: fewer epochs"], [[2.0, 60.0]])
    assert_allclose(drawn["mask: mean"][:, 0], [0.7, 1.4])
    assert "mask: fewer epochs" not in lines(LOW, HIGH)[1]
