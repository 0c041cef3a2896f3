"""What the networks that are trained anyway reach together, and with a temperature."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from keras_lateral.comparison.answer.findings import Findings
from keras_lateral.comparison.measures import measure_of
from keras_lateral.comparison.report.html import Html, name_html, section, tag
from keras_lateral.comparison.report.tables import table
from keras_lateral.method import BASELINE
from keras_lateral.text import counted

GAINS = (
    ("One network", "accuracy"),
    ("All networks together", "ensemble_accuracy"),
    ("Loss of one", "loss"),
    ("Loss of all", "ensemble_loss"),
    ("Loss, tempered", "tempered_loss"),
    ("Calibration error", "calibration_error"),
    ("Calibration error, tempered", "tempered_calibration_error"),
)
"""Columns of the table of gains: heading, and key of `Comparison.free_gains`."""


TEMPERED = (
    "Tempered: all logits of one network divided by one number, the temperature, which changes no "
    "decision, only how confident it is. It is chosen on one half of the test images and measured "
    "on the other, and held near 1 where these are few."
)

FEW_IMAGES = 50
"""On fewer images than this, a temperature that is chosen does not reliably lower the loss."""


def gains_section(findings: Findings) -> Html:
    """Returns what the trained networks gain together, and by a temperature; or nothing."""
    gains = findings.comparison.free_gains
    known = [(t, key) for t, key in GAINS if any(key in values for values in gains.values())]
    names = [name for name in (BASELINE, *findings.order) if gains.get(name)]
    if not known or not names:
        return Html("")
    rows: list[list[object]] = []
    for name in names:
        values = gains[name]
        temperature = values.get("temperature")
        row: list[object] = [name_html(name), *(_gain(values.get(key), key) for _, key in known)]
        rows.append([*row, "" if temperature is None else f"{temperature:.2f}"])
    ensembles = any(key.startswith("ensemble") for _, key in known)
    texts = [_together_text(gains.values())] if ensembles else []
    texts += _tempered_texts(gains.values())
    head = ["Method", *(title for title, _ in known), "Temperature"]
    return section(
        "What costs no further training",
        tag("p", " ".join(texts)),
        table("Accuracy and calibration error in %, loss in nats", head, rows),
        id_="gains",
    )


def _tempered_texts(gains: Collection[Mapping[str, float]]) -> list[str]:
    """Returns what a temperature is, and whether it was chosen on too few images."""
    if not any("temperature" in values for values in gains):
        return []
    images = [values["temperature_images"] for values in gains if "temperature_images" in values]
    if not images or min(images) >= FEW_IMAGES:
        return [TEMPERED]
    few = f"Here, a temperature was chosen on only {counted(round(min(images)), 'image')}"
    return [TEMPERED, f"{few}, too few to rely on: what it gains or costs may be chance."]


def _together_text(gains: Iterable[Mapping[str, float]]) -> str:
    networks = max((values.get("networks", 0) for values in gains), default=0)
    count = f"the {networks:.0f} networks" if networks else "the networks"
    return f"Together: the mean of the probabilities that {count} of one row give."


def _gain(value: float | None, key: str) -> str:
    if value is None:
        return ""
    name = "loss" if key.endswith("loss") else "calibration_error" if "calib" in key else "accuracy"
    return measure_of(name).show(value)
