"""The attacks' scale and gradients, and what is pruned, of the networks whose claims are tested."""

import numpy as np
import pytest

from experiments.full_size.images import raw_images
from experiments.full_size.trained import test_images, trained
from experiments.full_size.trained_arm import TrainedArm
from experiments.full_size.training import prepared
from experiments.gradient_mask_claims.config import EPSILONS, SPARSITIES
from experiments.gradient_mask_claims.measure import pruned
from experiments.gradient_mask_table_2.config import TABLE
from keras_lateral import FGSM, PGD

pytestmark = pytest.mark.home
SMOKE = TABLE.sizes["smoke"]
images_of = test_images
images_of.__test__ = False  # a function that is called, not a test
del test_images


def network(name: str, folder):
    """Returns an arm's network with the weights that seed 0 gives to every arm."""
    arm = TABLE.arms[name]
    model, _ = prepared(arm, arm.changed(SMOKE), raw_images(SMOKE), 0)
    path = folder / f"{name}-0.weights.h5"
    model.save_weights(path)
    return trained(TrainedArm("gradient_mask_table_2", name), "smoke", 0, path)


def attackable(model):
    """Returns test images, and as labels what the network says: so that all are attacked."""
    x = images_of(SMOKE, 1)[0]
    return x, model.predict(x, verbose=0).argmax(-1)


def test_attacks_move_pixels_of_8_bits_by_as_many_steps_as_they_say(tmp_path):
    pytest.importorskip("art", reason="the study attacks")
    model = network("none", tmp_path)
    x, y = attackable(model)
    for steps in EPSILONS:
        for attack in (FGSM(steps / 255), PGD(steps / 255, steps=2)):
            moved = 255 * np.abs(attack.generate(model, x, y) - x)
            assert moved.max() == pytest.approx(steps, rel=1e-3)


def test_a_mask_does_not_change_an_attack(tmp_path):
    pytest.importorskip("art", reason="the study attacks")
    bare, masked = network("none", tmp_path), network("log", tmp_path)
    x, y = attackable(bare)
    attack = FGSM(1 / 255)
    expected, found = (attack.generate(model, x, y) for model in (bare, masked))
    np.testing.assert_allclose(found, expected, atol=1e-6)


# Weights that no training has moved differ in size from layer to layer: one may lose them all.
@pytest.mark.filterwarnings("ignore:Nothing is left of the kernels")
def test_so_many_weights_of_all_kernels_are_0_after_pruning(tmp_path):
    model = network("none", tmp_path)
    kernels = [w for w in model.trainable_weights if w.name == "kernel"]
    before = np.concatenate([np.ravel(np.asarray(k)) for k in kernels])
    pruned(model, *images_of(SMOKE, 1))
    after = np.concatenate([np.ravel(np.asarray(k)) for k in kernels])
    smallest = np.argsort(np.abs(before))[: round(SPARSITIES[-1] * len(before))]
    assert not after[smallest].any()
    assert np.count_nonzero(after) == len(before) - len(smallest)
