import keras
import numpy as np
import pytest

from keras_lateral import (
    cifar_resnet,
    expanding_layers,
    resnet18,
    resnet34,
    resnet50,
)
from tests.models.sizes import operations, trainable

PUBLISHED = {
    # trainable parameters on CIFAR-100 and on ImageNet; multiply-adds of a 32 x 32 image
    resnet18: (11_220_132, 11_689_512, 0.56e9),
    resnet34: (21_328_292, 21_797_672, 1.16e9),
    resnet50: (23_705_252, 25_557_032, 1.30e9),
}


@pytest.mark.home
@pytest.mark.parametrize("network", PUBLISHED)
def test_parameters_and_multiply_adds_are_the_published_ones(network) -> None:
    on_cifar, on_imagenet, count = PUBLISHED[network]
    model = network((32, 32, 3), 100)
    assert trainable(model) == on_cifar
    assert operations(model) == pytest.approx(count, rel=0.01)
    assert trainable(network((224, 224, 3), 1000)) == on_imagenet


@pytest.mark.parametrize("depth", [8, 20, 32])
@pytest.mark.parametrize("c", [4, 16])
def test_the_small_network_has_6_n_plus_2_layers(depth: int, c: int) -> None:
    model = cifar_resnet((32, 32, 3), 10, depth=depth, channels=c)
    n = (depth - 2) // 6
    inside = 9 * (3 * c + 2 * n * c**2)  # stem and first stage
    inside += 9 * (2 * c**2 + (2 * n - 1) * 4 * c**2) + 2 * c**2  # second, with its shortcut
    inside += 9 * (8 * c**2 + (2 * n - 1) * 16 * c**2) + 8 * c**2  # third
    normalized = c + 2 * n * c + (2 * n + 1) * 2 * c + (2 * n + 1) * 4 * c
    assert trainable(model) == inside + 2 * normalized + 4 * c * 10 + 10
    long = [x for x in model.layers if getattr(x, "kernel_size", 1) == (3, 3)]
    assert len(long) + 1 == depth


@pytest.mark.parametrize("depth", [2, 7, 9, 18, 0])
def test_another_depth_is_refused(depth: int) -> None:
    with pytest.raises(ValueError, match=rf"6 n \+ 2.*depth={depth}"):
        cifar_resnet((32, 32, 3), 10, depth=depth)


def test_a_stem_with_stride_2_costs_about_a_quarter() -> None:
    whole, half = (
        operations(cifar_resnet((32, 32, 3), 100, depth=8, stem_stride=stride)) for stride in (1, 2)
    )
    assert whole / half == pytest.approx(4, rel=0.01)


def test_the_freeze_finds_the_first_convolution_of_each_new_resolution() -> None:
    model = cifar_resnet((32, 32, 3), 10, depth=8)
    found = [model.get_layer(found.name) for found in expanding_layers(model)]
    assert [layer.strides for layer in found] == [(2, 2), (2, 2)]
    assert [layer.kernel_size for layer in found] == [(3, 3), (3, 3)]


@pytest.mark.parametrize("shape", [pytest.param((32, 32, 3), marks=pytest.mark.slow), (12, 20, 1)])
def test_it_trains_and_loads_what_it_saved(tmp_path, shape) -> None:
    # With 4 channels torch 2.13's oneDNN crashes, with 8 that of TensorFlow 2.21.
    model = cifar_resnet(shape, 3, depth=8, channels=16)
    x = np.random.default_rng(0).random((6, *shape), "float32")
    model.fit(x, np.arange(6) % 3, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(model.predict(x, verbose=0), again.predict(x, verbose=0))
