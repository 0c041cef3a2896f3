"""The settings that were tuned for each arm before it was compared."""

from __future__ import annotations

from keras_lateral.comparison.answer.findings import Findings
from keras_lateral.comparison.report.html import Html, name_html, section, tag
from keras_lateral.comparison.report.tables import table
from keras_lateral.comparison.tuned.tuning_text import tuning_of
from keras_lateral.method import BASELINE
from keras_lateral.tuning.training_record import tuning_lines, tuning_row

HEADINGS = (
    *("Method", "Learning rate", "Weight decay", "Batch size", "Chosen settings"),
    *("Accuracy in %", "with your own settings", "Loss in nats", "with your own settings"),
)


def tuning_section(findings: Findings) -> Html:
    """Returns what was tuned on what, and what was chosen for each arm; or nothing."""
    record = tuning_of(findings.comparison.settings)
    if record is None:
        return Html("")
    rows = []
    for name in (BASELINE, *findings.order):
        _, *cells = tuning_row(record, name)
        rows.append([name_html(name), *cells])
    return section(
        "What was tuned first",
        tag("p", " ".join(tuning_lines(record))),
        table(
            "Settings chosen on validation images, and what they reach there",
            HEADINGS,
            rows,
            words=(4,),
        ),
        id_="tuning",
    )
