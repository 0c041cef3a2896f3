"""SimBA over many images at once equals SimBA over one image after the other."""

from __future__ import annotations

import json
from typing import Any

import keras
import numpy as np
import pytest

from keras_lateral import SimBA, art_classifier
from keras_lateral.keras_tools.scores import class_probabilities
from keras_lateral.robustness.attacks.simba_directions import direction_order, directions
from keras_lateral.robustness.attacks.toolbox import toolbox
from tests.robustness.classifiers import convolutional, labelled

Fate = tuple[np.ndarray, int, int, bool]


def one_image(model: keras.Model, x: np.ndarray, y: int, attack: SimBA, image: int) -> Fate:
    """Runs the paper's algorithm 1 literally; returns image, iterations, queries, success."""
    generator = np.random.default_rng([attack.seed, image])
    order = direction_order(
        x.shape, attack.basis, attack.order, attack.iterations, attack.frequencies, generator
    )

    def ask(x: np.ndarray) -> np.ndarray:
        return class_probabilities(model, x[None])[0]

    p, queries = ask(x), 1
    for t, place in enumerate(order):
        if p.argmax() != y:
            return x, t, queries, True
        q = directions(np.array([place]), x.shape, attack.basis)[0]
        for a in (attack.epsilon, -attack.epsilon):
            tried = np.clip(x + np.float32(a) * q, 0, 1)
            p_tried, queries = ask(tried), queries + 1
            if p_tried[y] < p[y]:
                x, p = tried, p_tried
                break
    return x, len(order), queries, bool(p.argmax() != y)


@pytest.mark.parametrize("attack", [SimBA(0.04, 25, batch_size=4), SimBA(0.1, 12, "dct", seed=5)])
def test_every_image_is_attacked_as_if_it_were_alone(attack: SimBA) -> None:
    model = convolutional()
    x, y = labelled(model, 8)
    y[3] = (y[3] + 1) % 3  # misclassified, so not attacked
    record = attack.run(model, x, y)
    assert 0 < record.succeeded.sum() < 7
    assert record.attacked.sum() == 7
    for i in set(range(8)) - {3}:
        image, iterations, queries, succeeded = one_image(model, x[i], int(y[i]), attack, i)
        np.testing.assert_allclose(record.images[i], image, atol=1e-6)
        assert record.queries[i] == queries
        assert record.succeeded[i] == succeeded
        assert record.iterations[i] == iterations
    np.testing.assert_array_equal(record.images[3], x[3])
    assert not record.succeeded[3]


def test_the_toolbox_makes_the_same_images() -> None:
    model = convolutional("probabilities")
    x, y = labelled(model, 6)
    ours = SimBA(0.04, 45, order="diagonal", step="better").run(model, x, y)  # beyond one round
    theirs = toolbox("art.attacks.evasion").SimBA(
        art_classifier(model), attack="px", order="diag", epsilon=0.04, max_iter=45, verbose=False
    )
    theirs.freq_dim, theirs.stride = 6, 1
    expected = theirs.generate(x.copy(), np.eye(3)[y])
    np.testing.assert_allclose(ours.images, expected, atol=1e-6)
    fooled = model.predict(expected, verbose=0).argmax(axis=1) != y
    np.testing.assert_array_equal(ours.succeeded, fooled)
    assert 0 < fooled.sum() < 6


def test_batches_do_not_matter_and_the_seed_does() -> None:
    model = convolutional()
    x, y = labelled(model, 7)
    together, in_twos, other = (
        SimBA(0.2, 20, seed=seed, batch_size=size).run(model, x, y)
        for seed, size in ((1, 256), (1, 2), (2, 256))
    )
    np.testing.assert_allclose(together.images, in_twos.images, atol=1e-6)
    np.testing.assert_array_equal(together.queries, in_twos.queries)
    assert (together.images != other.images).any()


@pytest.mark.parametrize("basis", ["pixel", "dct"])
def test_steps_stay_within_the_range_and_the_ball(basis: Any) -> None:
    model = convolutional()
    x, y = labelled(model, 8)
    record = SimBA(0.3, 30, basis).run(model, x, y)
    assert record.images.min() >= 0
    assert record.images.max() <= 1
    change = (record.images - x).reshape(8, -1)
    length = np.linalg.norm(change, axis=1)
    assert (length <= 0.3 * np.sqrt(record.iterations) + 1e-5).all()
    assert length.max() > 0.3
    if basis == "pixel":
        assert np.abs(change).max() <= 0.3 + 1e-6


def test_the_curve_gives_the_success_rate_after_each_iteration() -> None:
    model = convolutional()
    x, y = labelled(model, 8)
    attack = SimBA(0.2, 50)
    record, result = attack.run(model, x, y), attack.measure(model, x, y)
    curve = result.details["curve"]
    assert curve["iterations"][0] == 0
    assert curve["iterations"][-1] == 50
    rates = dict(zip(curve["iterations"], curve["success_rate"], strict=True))
    middle = curve["iterations"][len(rates) // 2]
    assert rates[0] == 0 < rates[middle] < rates[50]
    for after in (middle, 50):
        assert rates[after] == SimBA(0.2, after).run(model, x, y).succeeded.mean()
    assert set(result.details["success_rate_after"]) == {"1", "10", "50"}
    assert result.details["attack_success_rate"] == pytest.approx(record.success_rate())
    assert result.details["mean_queries"] == record.queries.mean()
    json.dumps([dict(result.settings), dict(result.details)])


def test_a_model_that_classifies_nothing_correctly_is_not_attacked() -> None:
    model = convolutional()
    x, y = labelled(model, 4)
    result = SimBA(0.2, 5).measure(model, x, (y + 1) % 3)
    assert result.accuracy == 0
    assert result.details["mean_queries"] is None
    assert "none was attacked" in str(SimBA(0.2, 5).run(model, x, (y + 1) % 3))


def test_names_include_settings_that_are_not_the_default() -> None:
    attacks = [SimBA(0.2), SimBA(0.1), SimBA(0.2, 10), SimBA(0.2, basis="dct")]
    attacks += [SimBA(0.2, order="diagonal"), SimBA(0.2, step="better"), SimBA(0.2, seed=1)]
    attacks += [SimBA(0.2, basis="dct", frequencies=1.0)]
    assert attacks[0].name == "simba-pixel-0.2-1000"
    assert len({attack.name for attack in attacks}) == len(attacks)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"epsilon": 0.0}, "`epsilon`. Expected a number above 0"),
        ({"epsilon": 0.2, "iterations": 0}, "`iterations`. Expected an integer"),
        ({"epsilon": 0.2, "basis": "fourier"}, "`basis`. Expected one of"),
        ({"epsilon": 0.2, "order": "spiral"}, "`order`. Expected one of"),
        ({"epsilon": 0.2, "step": "best"}, "`step`. Expected one of"),
        ({"epsilon": 0.2, "frequencies": 0}, "`frequencies`. Expected a number above 0"),
    ],
)
def test_wrong_arguments_are_refused_at_construction(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SimBA(**arguments)


def test_an_epsilon_beyond_the_range_is_refused() -> None:
    model = convolutional()
    x, y = labelled(model, 2)
    with pytest.raises(ValueError, match="`epsilon`. Expected at most 1"):
        SimBA(51, 5).run(model, x, y)
