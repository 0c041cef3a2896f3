"""What was compared, and how."""

from __future__ import annotations

from typing import Any

from keras_lateral.comparison.answer.class_balance import images_tested
from keras_lateral.comparison.answer.findings import Findings
from keras_lateral.comparison.report.html import Html, folded, name_html, paragraphs, tag
from keras_lateral.comparison.report.tables import settings_text, table

TITLES = {
    "data": "images",
    "image_shape": "height, width, channels",
    "training_images": "training images",
    "test_images": "test images",
    "images_under_conditions": "test images for each condition",
    "notes": "notes on the images",
    "images_digest": "digest of the images",
    "parameters": "parameters of the model",
    "model_digest": "digest of the model",
    "batch_size": "images in a batch",
    "augment": "augmentation",
    "keras": "Keras",
    "smoke": "smoke test, made small",
    "typed_model": "model as typed",
    "left_out": "methods left out",
    "own_epochs": "epochs of their own",
    "python": "Python",
}
"""Titles of the settings whose keys are not clear enough."""

ELSEWHERE = ("conditions", "methods", "notes", "references", "command", "alarms", "tuning")


def setup_section(findings: Findings) -> Html:
    """Returns data, model, training, versions, machine, and the methods' settings."""
    comparison = findings.comparison
    settings = comparison.settings
    rows = [
        [TITLES.get(key, key.replace("_", " ")), settings_text(value) or "none"]
        for key, value in settings.items()
        if key not in ELSEWHERE
    ]
    known = images_tested(comparison)
    if settings.get("folds") and known < settings.get("test_images", 0):
        rows.append(["test images that these seeds tested", f"{known:,}"])
    rows.append(["seeds", ", ".join(map(str, comparison.seeds))])
    rows.append(["trainings", f"{len(comparison.runs)}"])
    rows.append(
        ["seconds for all trainings", f"{sum(run.seconds for run in comparison.runs):,.0f}"]
    )
    return folded(
        "What was compared",
        _notes(settings.get("notes") or ()),
        table("Images, model, training", ("Setting", "Value"), rows, words=(1,)),
        _methods(findings),
        id_="setup",
    )


def _notes(notes: Any) -> Html:
    if not notes:
        return paragraphs()
    items = [tag("li", note) for note in ([notes] if isinstance(notes, str) else notes)]
    return tag("div", tag("p", "Notes on the images:"), tag("ul", *items), class_="note")


def _methods(findings: Findings) -> Html:
    settings = findings.comparison.settings.get("methods", {})
    rows = [
        [name_html(method), settings_text(settings.get(method, {})) or "none recorded"]
        for method in findings.order
    ]
    after = "The baseline is the same training without any of them."
    return table("The methods", ("Method", "Settings"), rows, words=(1,), after=after)
