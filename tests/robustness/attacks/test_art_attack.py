"""A user's own toolbox attack is a condition like ours."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import pytest

from keras_lateral import ArtAttack, evaluate
from keras_lateral.robustness.attacks.toolbox import toolbox
from tests.robustness.classifiers import images, linear

W = np.array([[1.0, -1.0]] * 16, "float32")


def deepfool(classifier: Any) -> Any:
    return toolbox("art.attacks.evasion").DeepFool(
        classifier, max_iter=20, epsilon=0.02, verbose=False
    )


def test_deepfool_just_crosses_the_boundary_of_a_linear_model() -> None:
    model = linear(W, np.array([-8.0, 8.0], "float32"), (4, 4, 1))  # 0: mean above 0.5
    x = 0.2 + 0.6 * images(20, (4, 4, 1))
    y = (x.mean(axis=(1, 2, 3)) < 0.5).astype(int)
    attack = ArtAttack("deepfool", deepfool, {"max_iter": 20}, output="logits")
    evaluation = evaluate(model, (x, y), [attack])
    (result,) = evaluation.results
    assert result.accuracy == 0
    distance = 4 * np.abs(x.mean(axis=(1, 2, 3)) - 0.5)  # of 16 equal weights
    assert result.details["mean_l2_change"] == pytest.approx(1.02 * distance.mean(), rel=1e-3)
    settings = json.loads(json.dumps(dict(result.settings)))
    assert settings["arguments"] == {"max_iter": 20}
    assert settings["output"] == "logits"


def test_without_the_toolbox_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "art.attacks.evasion", None)
    model = linear(W, np.zeros(2, "float32"), (4, 4, 1))
    x = images(2, (4, 4, 1))
    with pytest.raises(ImportError, match=r'pip install "keras-lateral\[robustness\]"'):
        ArtAttack("deepfool", deepfool).measure(model, x, model.predict(x, verbose=0).argmax(1))
