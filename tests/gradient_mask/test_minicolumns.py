import numpy as np
import pytest
from keras import ops

from keras_lateral.gradient_mask.minicolumns import (
    channel_axis,
    minicolumn_norms,
    number_of_sets,
    spatial_axes,
    split_channels,
)
from tests import reference
from tests.backends import MODES, run, to_numpy


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("spatial", [(5,), (1,), (3, 4), (1, 1), (2, 3, 2)])
def test_norms_equal_a_sum_in_loops(spatial: tuple[int, ...], data_format: str, mode: str) -> None:
    g = np.random.default_rng(0).normal(size=(2, *spatial, 6)).astype("float32")
    turned = g if data_format == "channels_last" else np.moveaxis(g, -1, 1)
    sets = (1, 2, 3, 6, "channels")
    found = run(lambda g: [minicolumn_norms(g, k, data_format) for k in sets], turned, mode=mode)
    for k, norms in zip(sets, found, strict=True):
        assert norms.dtype == "float32"
        back = norms if data_format == "channels_last" else np.moveaxis(norms, 1, -1)
        expected = reference.minicolumn_norms(g, 6 if k == "channels" else k)
        np.testing.assert_allclose(back, expected, rtol=1e-6)


@pytest.mark.parametrize(("dtype", "value"), [("float16", 300.0), ("bfloat16", 300.0)])
def test_squares_of_half_precisions_do_not_overflow(dtype: str, value: float) -> None:
    # 300^2 is beyond the largest float16, 65504.
    g = ops.cast(ops.convert_to_tensor(np.full((1, 2, 2, 4), value, "float32")), dtype)
    norms = to_numpy(minicolumn_norms(g, 2))
    expected = np.sqrt(2) * to_numpy(g)[..., :2].astype("float64")  # NumPy 1 would stay in float16
    np.testing.assert_allclose(norms, expected, rtol=1e-6)


def test_neighbouring_channels_form_a_set() -> None:
    g = np.array([3, 4, 5, 12, 8, 15], "float32").reshape(1, 1, 6)
    norms = to_numpy(minicolumn_norms(ops.convert_to_tensor(g), 3))
    np.testing.assert_array_equal(norms, [[[5, 13, 17]]])


@pytest.mark.parametrize(("sets", "channels"), [(5, 12), (24, 12), (2, 7)])
def test_a_number_of_sets_that_does_not_divide_names_those_that_do(
    sets: int, channels: int
) -> None:
    divisors = [k for k in range(1, channels + 1) if channels % k == 0]
    with pytest.raises(ValueError, match=rf"the {channels} channels.*feature_sets={sets}") as error:
        minicolumn_norms(ops.ones((1, 3, channels)), sets)
    assert f'one of {divisors}, or "channels"' in str(error.value)


def test_every_channel_can_be_its_own_set() -> None:
    assert number_of_sets("channels", 7) == number_of_sets(7, 7) == 7


@pytest.mark.parametrize("shape", [(4,), (4, 6)])
def test_a_tensor_without_spatial_axes_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"`gradient`.*spatial"):
        minicolumn_norms(ops.ones(shape))


def test_axes_follow_the_data_format() -> None:
    assert (channel_axis(4, "channels_last"), spatial_axes(4, "channels_last")) == (3, (1, 2))
    assert (channel_axis(5, "channels_first"), spatial_axes(5, "channels_first")) == (1, (2, 3, 4))
    with pytest.raises(ValueError, match="`data_format`.*'last'"):
        channel_axis(4, "last")


def test_channels_are_split_into_sets_in_place() -> None:
    assert split_channels((2, 6, 5), 3, axis=1) == (2, 3, 2, 5)
    assert split_channels((2, 5, 6), 3, axis=2) == (2, 5, 3, 2)
