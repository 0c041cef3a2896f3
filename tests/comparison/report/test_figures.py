"""A figure in a page is text in any script, the same every time, and changes nothing else."""

import base64

import pytest

from keras_lateral.comparison.report.figures import figure_html, svg_of
from keras_lateral.figure import new_figure
from tests.comparison.report.parsed import parsed

matplotlib = pytest.importorskip("matplotlib")
pytestmark = pytest.mark.home


def draw(width: float):
    figure, axes = new_figure(1, 1, (width, 2))
    axes[0, 0].set_title("方法 & عربي देव")
    axes[0, 0].plot([1, 2], marker="o", clip_on=True)
    return figure, axes


def test_text_of_any_script_stays_text_without_a_warning_and_comes_again() -> None:
    before = dict(matplotlib.rcParams)
    svg = svg_of(draw(4)[0])
    assert "方法 &amp; عربي देव" in svg.decode()
    assert svg == svg_of(draw(4)[0])
    assert dict(matplotlib.rcParams) == before


def test_a_phone_gets_a_narrower_figure() -> None:
    found = parsed(figure_html(draw, alt="a < b", caption="c > d"))
    (image,), (phone,) = found.all("img"), found.all("source")
    assert image.attributes["alt"] == "a < b"
    assert found.all("figcaption")[0].text == "c > d"
    assert phone.attributes["media"] == "(max-width: 40rem)"
    uris = image.attributes["src"], phone.attributes["srcset"]
    wide, narrow = (base64.b64decode(uri.partition(",")[2]).decode() for uri in uris)
    assert 'width="576pt"' in wide
    assert 'width="280.8pt"' in narrow
