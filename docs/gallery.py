"""The gallery, from `examples/gallery/`: `python -m docs.gallery` draws all, or those named.

Each example is a file that ends with `figure, axes = ...`. Its picture is committed, so that the
documentation can be built without a backend; the page is written from the files' own text.
"""

from __future__ import annotations

import ast
import io
import runpy
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples" / "gallery"
PAGE = ROOT / "docs" / "gallery" / "index.md"
PICTURES = ROOT / "docs" / "gallery" / "pictures"

SECTIONS = {
    "Gradient Mask": (
        "plot_gradient_mask",
        "plot_gradient_mask_report",
        "plot_gradient_flow_sensitivity",
        "plot_sigma_tuning",
    ),
    "Frame": ("plot_frame_spectrum",),
    "Receptive fields": (
        "plot_receptive_field",
        "plot_receptive_field_growth",
        "plot_effective_receptive_field",
    ),
    "What a network looks at": ("plot_saliency", "plot_deletion_insertion", "plot_occlusion"),
    "Robustness": ("plot_corruptions", "plot_pruning_curve", "plot_attack_success"),
    "Comparison and training": (
        "plot_comparison",
        "plot_comparison_conditions",
        "plot_training_curves",
        "learning_rate_test",
    ),
}
NAMES = tuple(name for names in SECTIONS.values() for name in names)
HELPERS = ("digits_network", "digits_comparison")
LINKS = {"learning_rate_test": ("LearningRateTest.plot", "tuning", "LearningRateTest")}
"""From an example to what it shows, if that is not the function of its name."""

WIDEST = 960
"""Pixels across a picture."""

LARGEST = 60_000
"""Bytes of a picture."""

INTRODUCTION = """\
# Gallery

Every figure that the library draws, on handwritten digits and photographs that come with
scikit-learn, and the lines that drew it. Colours differ in lightness as well as in hue, and lines
in their dashes or markers, so all can be read in grey and with any colour vision.

What they show of a method is one small example. What is known of the methods stands in
[what is known](../what-is-known.md).

Each returns `(figure, axes)`, and a notebook shows it: see [in a notebook](../guides/notebooks.md).
The files are in `examples/gallery/`, and each runs on its own. What `digits_network` and
`digits_comparison` hold stands [below](#what-they-share).

The photograph is `flower.jpg` of scikit-learn, by
[vultilion](https://www.flickr.com/photos/vultilion/6056698931/), licensed under
[CC BY 2.0](https://creativecommons.org/licenses/by/2.0/); here it is cropped and marked.
"""

BELOW = """\
## What they share

Two files make what several of the pictures are drawn from.
"""


def draw(name: str) -> tuple[Any, Any]:
    """Runs an example and returns its figure and axes."""
    sys.path.insert(0, str(EXAMPLES))
    try:
        left = runpy.run_path(str(EXAMPLES / f"{name}.py"))
    finally:
        sys.path.remove(str(EXAMPLES))
    return left["figure"], left["axes"]


def small_picture(figure: Any) -> bytes:
    """Returns a figure as WebP: `WIDEST` across and `LARGEST` bytes at most, if it can be had."""
    from PIL import Image

    file = io.BytesIO()
    dpi = min(130.0, WIDEST / figure.get_size_inches()[0])
    figure.savefig(file, format="png", dpi=dpi)
    picture = Image.open(file).convert("RGB")
    for quality in (80, 65, 50):
        small = io.BytesIO()
        picture.save(small, format="webp", quality=quality, method=6)
        if small.tell() < LARGEST:
            break
    return small.getvalue()


def page() -> str:
    """Returns the page, from the text of the examples."""
    parts = [INTRODUCTION]
    for title, names in SECTIONS.items():
        parts += [f"## {title}\n", *map(_entry, names)]
    parts += [BELOW, *(f'```python title="{name}.py"\n{_text(name)}```\n' for name in HELPERS)]
    return "\n".join(parts)


def _entry(name: str) -> str:
    text = _text(name)
    first, _, rest = (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")
    shown, face, anchor = LINKS.get(name, (name, "plots", name))
    code = text.split('"""\n\n', 1)[1]
    return "\n".join(
        [
            f"### {shown}\n",
            f"{first}\n{rest}".strip() + "\n",
            f"![{first}](pictures/{name}.webp)\n",
            f"```python\n{code}```\n",
            f"[What it takes](../api/{face}.md#keras_lateral.{anchor})\n",
        ]
    )


def _text(name: str) -> str:
    return (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")


def main(names: list[str]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name in names or NAMES:
        (PICTURES / f"{name}.webp").write_bytes(small_picture(draw(name)[0]))
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
