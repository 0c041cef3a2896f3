import keras
import pytest

from keras_lateral import GradientMask, apply_gradient_mask, gradient_mask_space
from tests.tuning.samples import samples

keras_tuner = pytest.importorskip("keras_tuner", reason="the extra `tuner`")


def test_every_sample_lies_in_its_range_and_makes_a_mask():
    sets = set()
    for arguments in samples(lambda hp: gradient_mask_space(hp, feature_sets=[1, 2, "channels"])):
        assert 0.5 <= arguments["sigma"] <= 3.0
        assert 0.03 <= arguments["threshold"] <= 0.3
        sets.add(arguments["feature_sets"])
        GradientMask(**arguments)
    assert sets == {1, 2, "channels"}


def test_the_arguments_reach_the_masks_of_a_model():
    hp = keras_tuner.HyperParameters()
    hp.values = {"gradient_mask/sigma": 1.7, "gradient_mask/threshold": 0.25}
    model = keras.Sequential([keras.Input((6, 6, 1)), keras.layers.Conv2D(2, 3, name="conv")])
    mask = apply_gradient_mask(model, **gradient_mask_space(hp)).get_layer("conv").gradient_mask
    assert (mask.sigma, mask.threshold) == pytest.approx((1.7, 0.25))


def test_two_masks_of_one_model_can_be_searched_separately():
    hp = keras_tuner.HyperParameters()
    for prefix in ("first/", "second/"):
        gradient_mask_space(hp, prefix=prefix, threshold=0.1)
    assert [parameter.name for parameter in hp.space] == ["first/sigma", "second/sigma"]
