"""A name in a figure is short, whole where it can be, and never code."""

import pytest

from keras_lateral.comparison.figures.method_labels import label_of, method_styles, width_of

pytestmark = pytest.mark.home


@pytest.mark.parametrize("name", ["a", "x" * 300, "a+" * 90, "方法" * 50, "one two_three-" * 20])
@pytest.mark.parametrize(("width", "lines"), [(32, 3), (20, 2), (7, 1)])
def test_no_line_is_too_wide_and_there_are_not_too_many(name: str, width: int, lines: int) -> None:
    found = label_of(name, width, lines).split("\n")
    assert len(found) <= lines
    assert max(map(width_of, found)) <= width


def test_a_name_that_fits_is_all_there_broken_before_a_plus() -> None:
    name = "gradient_mask+frame_regularizer+receptive_field_freeze"
    assert label_of(name) == "gradient_mask+frame_regularizer\n+receptive_field_freeze"
    assert label_of("spectral_restricted_isometry", 20) == "spectral_restricted_\nisometry"


def test_a_cut_name_keeps_its_beginning_and_its_end() -> None:
    shown = label_of("begin" + "x" * 500 + "end").replace("\n", "")
    assert shown.startswith("begin")
    assert shown.endswith("end")
    assert "…" in shown


def test_what_cannot_be_seen_is_written_out() -> None:
    assert label_of("a\x1b\ud800\u202e") == "a\\x1b\\ud800\\u202e"


def test_thirty_methods_look_different() -> None:
    styles = method_styles([str(n) for n in range(28)])
    assert len({tuple(style.values()) for style in styles.values()}) == 29
