"""The first screen: the answer, how sure it is, what to do next, and a picture."""

from __future__ import annotations

from keras_lateral.comparison.answer.findings import Findings
from keras_lateral.comparison.answer.next_step import next_step
from keras_lateral.comparison.answer.sentence import answer_sentence, how_sure
from keras_lateral.comparison.report.difference_figure import difference_figure
from keras_lateral.comparison.report.html import (
    Html,
    command_html,
    joined,
    section,
    sentence_html,
    tag,
)
from keras_lateral.comparison.report.pictures import first_pictures


def answer_section(findings: Findings) -> Html:
    """Returns the section that is read first."""
    grave = [signal for signal in findings.signals if signal.level != "note"]
    notes = [signal for signal in findings.signals if signal.level == "note"]
    left = tag(
        "div",
        *(tag("p", sentence_html(text)) for text in how_sure(findings)),
        *(tag("p", sentence_html(signal.text)) for signal in notes),
        _next_html(findings),
    )
    picture = difference_figure(findings)
    return section(
        "The answer",
        tag("p", sentence_html(answer_sentence(findings)), class_="lead"),
        *(
            tag("p", sentence_html(signal.text), class_=f"note {signal.level}", role="note")
            for signal in grave
        ),
        tag("div", left, picture, class_="side") if picture else left,
        first_pictures(findings),
        id_="answer",
    )


def _next_html(findings: Findings) -> Html:
    step = next_step(findings)
    parts = [tag("p", tag("strong", "Next: "), sentence_html(step.text))]
    parts += [command_html(step.command)] if step.command else []
    parts += [tag("p", sentence_html(step.more))] if step.more else []
    return tag("div", joined(parts), class_="next")
