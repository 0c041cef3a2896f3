"""How to read a report, how to reproduce it, what to cite."""

from __future__ import annotations

from keras_lateral.comparison.answer.python_call import python_call
from keras_lateral.comparison.answer.typed_command import typed_command
from keras_lateral.comparison.compared_runs import ComparedRuns
from keras_lateral.comparison.report.html import (
    Html,
    code_html,
    command_html,
    folded,
    joined,
    section,
    tag,
)
from keras_lateral.comparison.statistics.interval_text import (
    TOO_FEW,
    TOO_FEW_NOTE,
    nothing_differs_text,
)
from keras_lateral.comparison.statistics.p_text import ASKS_MORE
from keras_lateral.methods import known_methods, references
from keras_lateral.version import __version__

WORDS = {
    "Pair": "Two trainings with one seed: the baseline and the method start from the same weights "
    "and see the same images in the same order, augmented in the same way. The difference within "
    "a pair is due to the method and to chance.",
    "Mean and spread": "Mean over the seeds, and their standard deviation: how much one "
    "training differs from the next.",
    "95 % interval": "Confidence interval of the mean difference. If the whole comparison were "
    "repeated many times, 95 of 100 such intervals would contain the true difference. On new "
    "images: if other images of the same kind were tested, and networks trained anew. On these "
    "test images: if networks were trained anew and tested on the same images. It is usually "
    "narrower; but with two or three seeds Student's factor (12.7 and 4.3 standard errors, instead "
    "of 2) can make it the wider of the two. Training accuracy, accuracy under conditions, seconds "
    "and metrics of your own have only this one. An interval ends at 100 points, beyond which no "
    "difference between accuracies can be. Added to the baseline's mean it may still exceed 100 %, "
    "because that mean is not exact either.",
    "A difference of 0": nothing_differs_text(new_images=True, same_images=True, same_weights=True),
    TOO_FEW: TOO_FEW_NOTE,
    "p": "How often a difference at least this large would be seen if the method had no effect. On "
    "new images it is a little stricter than the interval: the spread between the seeds always "
    "counts, and that of fewer than five has to show the difference by itself.",
    "Adjusted p": "p adjusted by Holm's method for the number of methods: the more are tried, the "
    "more look good by chance. Each measure and condition is adjusted separately.",
    "helps, harms": "The adjusted p is 0.05 or less.",
    "practically the same": "The whole interval lies within the smallest difference of interest, "
    "to both sides of zero.",
    "may help, may harm": f"The interval does not hold 0, but the adjusted p is above 0.05: "
    f"{ASKS_MORE}.",
    "not known yet": "None of these. That is not the same as no difference: the interval says how "
    "large the difference may still be.",
    "Balanced accuracy, macro F1": "Means over the classes, so that each counts alike however many "
    "images it has: of the share of its images that are classified correctly (its recall), and of "
    "F1 = 2 hits / (2 hits + false alarms + misses).",
    "Loss": "Minus the logarithm of the probability that the network gives to the right class, "
    "mean over the test images: 0 where it is always sure and right. Its unit, the nat, is that of "
    "the natural logarithm.",
    "Calibration error": "By how many points the confidence of the network differs from the share "
    "in which it is right, mean over the test images: 0 where it is right in 80 of 100 images of "
    "which it is sure by 80 %.",
    "withheld": "Something said above makes a verdict worthless, such as a network that has "
    "learned nothing.",
    "diverged": "A training whose weights or scores ended as NaN or infinity. What cannot be used "
    "does no better than guessing, so it counts with the accuracy of chance: 1 / number of "
    "classes. It has no loss, no calibration error and no accuracy under conditions, and is left "
    "out of their means.",
    "The best of several": "Its difference is, on average, somewhat overestimated, because it "
    "was picked for being large. Check it with new seeds.",
}
"""The words of a report and what they mean."""


def reading_section() -> Html:
    """Returns what the words and numbers mean."""
    terms = joined(joined([tag("dt", word), tag("dd", text)]) for word, text in WORDS.items())
    return folded("How to read this", tag("dl", terms), id_="reading")


def again_section(comparison: ComparedRuns) -> Html:
    """Returns the command that was typed, or Python that makes the comparison again."""
    command = typed_command(comparison)
    backend = comparison.settings.get("backend")
    if command:
        parts = [tag("p", "This command was typed:"), command_html(command)]
    else:
        what = (
            "This Python makes the comparison again, once what it cannot know is put in where it "
            "says so:"
        )
        parts = [tag("p", what), code_html(python_call(comparison))]
    text = "Digests are checksums: equal ones mean the same images and the same model. "
    text += "With the same versions"
    text += f" on the backend {backend}" if backend else ""
    text += ", numbers are the same up to rounding; on other machines they differ as much as "
    text += "between seeds."
    return section("Run it again", *parts, tag("p", text), id_="again")


def citation_section(comparison: ComparedRuns) -> Html:
    """Returns what to cite, without links."""
    items = [tag("li", f"keras-lateral {__version__}, the software that made this report.")]
    items += [tag("li", source) for source in _references(comparison)]
    return folded("What to cite", tag("ul", *items), id_="citation")


def _references(comparison: ComparedRuns) -> list[str]:
    """Returns each source once; if the record has none, those of its known methods."""
    sources = comparison.settings.get("references")
    if sources is None:
        parts = {part for method in comparison.methods for part in method.split("+")}
        sources = references([line.method() for line in known_methods() if line.name in parts])
    return list(dict.fromkeys(sources.values()))
