import pytest
from keras import ops

from keras_lateral.gradient_mask.probes import probed, probing


def test_without_a_probe_the_output_stays_itself() -> None:
    y = ops.ones(3)
    assert probed("mask", y) is y


def test_a_probe_sees_owner_and_output_and_replaces_it() -> None:
    seen, y, other = [], ops.ones(3), ops.zeros(3)

    def probe(owner: object, y: object) -> object:
        seen.append((owner, y))
        return other

    with probing(probe):
        assert probed("mask", y) is other
    assert len(seen) == 1
    assert seen[0][0] == "mask"
    assert seen[0][1] is y
    assert probed("mask", y) is y


def test_the_inner_probe_acts_and_the_outer_one_comes_back() -> None:
    with probing(lambda owner, y: "outer"):
        with probing(lambda owner, y: "inner"):
            assert probed(None, "y") == "inner"
        assert probed(None, "y") == "outer"
    assert probed(None, "y") == "y"


def test_an_exception_inside_closes_the_probe() -> None:
    with pytest.raises(KeyError), probing(lambda owner, y: None):
        raise KeyError
    assert probed(None, "y") == "y"
