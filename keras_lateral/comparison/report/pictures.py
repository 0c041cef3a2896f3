"""Test images that a method repaired or broke, as pictures with captions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from keras_lateral.comparison.answer.changed_images import ChangedImage, changed_images
from keras_lateral.comparison.answer.findings import Findings
from keras_lateral.comparison.per_image.tested_images import TestedImages
from keras_lateral.comparison.report.html import Html, folded, joined, name_html, tag
from keras_lateral.comparison.report.png import COLOUR_TYPES, png_uri

SMALL = 64
"""Images with shorter sides than this are enlarged without being smoothed."""

FIRST = 3
"""Number of pictures on the first screen."""


def first_pictures(findings: Findings) -> Html:
    """Returns a few of the images that changed, those of the first methods first."""
    tested = findings.comparison.tested
    if tested is None or not tested.pictures or findings.withheld:
        return Html("")
    chosen: list[ChangedImage] = []
    kinds = {finding.method: finding.kind for finding in findings.methods}
    for method in findings.order:
        with_picture = _with_picture(changed_images(findings.comparison, method), tested)
        new = [image for image in with_picture if image.place not in {c.place for c in chosen}]
        repaired = [image for image in new if image.repaired]
        broken = [image for image in new if not image.repaired]
        first, second = repaired, broken
        if kinds.get(method) in ("harms", "may harm"):
            first, second = broken, repaired
        mixed = [*first[:2], *second[:1], *first[2:], *second[1:]]
        chosen += mixed[: FIRST - len(chosen)]
    if not chosen:
        return Html("")
    title = tag("h3", "Some of your images that changed")
    return joined([title, pictures_html(chosen, tested)])


def pictures_section(findings: Findings) -> Html:
    """Returns how many images each method repaired and broke, and some of them."""
    tested = findings.comparison.tested
    if tested is None:
        return Html("")
    parts = [part for name in findings.order for part in _of_method(findings, name, tested)]
    if not parts:
        return Html("")
    text = (
        "Repaired: classified correctly with more of the seeds than without the method. Broken: "
        "with fewer. Some images change with any two trainings; the verdicts allow for that."
    )
    return folded("Images that changed", tag("p", text), *parts, id_="images")


def pictures_html(images: Sequence[ChangedImage], tested: TestedImages) -> Html:
    """Returns pictures side by side."""
    return tag("div", *(_picture(image, tested) for image in images), class_="pictures")


def _of_method(findings: Findings, method: str, tested: TestedImages) -> list[Html]:
    changed = changed_images(findings.comparison, method)
    if not changed:
        return []
    repaired = [image for image in changed if image.repaired]
    broken = [image for image in changed if not image.repaired]
    heading = tag("h3", name_html(method), f": {len(repaired)} repaired, {len(broken)} broken")
    parts = [heading]
    for title, images in (("Repaired", repaired), ("Broken", broken)):
        shown = _with_picture(images, tested)[:FIRST]
        if shown:
            parts += [tag("p", f"{title}:", class_="faint"), pictures_html(shown, tested)]
    return parts


def _with_picture(images: Sequence[ChangedImage], tested: TestedImages) -> list[ChangedImage]:
    return [image for image in images if _can_be_shown(tested.pictures.get(image.place))]


def _can_be_shown(pixels: np.ndarray | None) -> bool:
    return pixels is not None and pixels.ndim == 3 and pixels.shape[-1] in COLOUR_TYPES


def _picture(image: ChangedImage, tested: TestedImages) -> Html:
    pixels = tested.pictures[image.place]
    small = "pixels" if max(pixels.shape[:2]) <= SMALL else None
    style = "good" if image.repaired else "bad"
    word = tag("span", "repaired" if image.repaired else "broken", class_=f"kind {style}")
    name = tested.names[image.place] if image.place < len(tested.names) else ""
    caption = tag(
        "figcaption", word, f": {image.caption}", tag("small", name_html(name)) if name else ""
    )
    alt = f"Test image, {image.caption}."
    return tag("figure", tag("img", src=png_uri(pixels), alt=alt, class_=small), caption)
