"""How to read a report, how to reproduce it, what to cite."""

from __future__ import annotations

from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.report.html import Html, joined, section, tag
from keras_lateral.methods import known_methods, references
from keras_lateral.version import __version__

WORDS = {
    "Pair": "Two trainings with one seed: the baseline and the method start from the same weights "
    "and see the same images in the same order, augmented in the same way. The difference within "
    "a pair is due to the method and to chance.",
    "Mean and spread": "Mean over the seeds, and their standard deviation: how much one "
    "training differs from the next.",
    "95 % interval": "Confidence interval of the mean difference, by Student's t over the pairs. "
    "If the whole comparison were repeated many times, 95 of 100 such intervals would contain the "
    "true difference for these images, this model and this training. It says nothing about other "
    "images. It ends at 100 points, beyond which no difference can be.",
    "Adjusted p": "How often a difference at least this large would be seen if the method had no "
    "effect, by the paired t test, adjusted by Holm's method for the number of methods: the more "
    "are tried, the more look good by chance. Each measure and condition is adjusted separately.",
    "helps, harms": "The adjusted p is 0.05 or less.",
    "may help, may harm": "The p of this method alone is 0.05 or less, the adjusted one is not.",
    "no difference seen": "Neither. That is not the same as no difference: the interval says how "
    "large the difference may still be.",
    "unknown": "There is only one pair.",
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
    return section("How to read this", tag("dl", terms), id_="reading")


def again_section(comparison: Comparison) -> Html:
    """Returns the call that reproduces the comparison, as far as it is known."""
    settings = comparison.settings
    arguments = {key: settings[key] for key in ("epochs", "batch_size") if key in settings}
    conditions = ["    conditions=conditions,"] if comparison.conditions else []
    augment = ["    augment=augment,"] if settings.get("augment") else []
    call = [
        "from keras_lateral import compare",
        "",
        "comparison = compare(",
        "    build_model,",
        "    data,",
        "    methods,",
        f"    seeds={list(comparison.seeds)!r},",
        *(f"    {key}={value!r}," for key, value in arguments.items()),
        *conditions,
        *augment,
        ")",
    ]
    code = tag("code", joined(call, Html("\n")))
    backend = settings.get("backend")
    return section(
        "How to reproduce it",
        tag("pre", code, tabindex="0"),
        tag(
            "p",
            "Images, model, methods, conditions and augmentation are those of the tables above. "
            "The same images and the same model have the same digests. With the same versions"
            + (f" on the backend {backend}" if backend else "")
            + ", numbers are the same up to rounding; on other machines they differ as much as "
            "between seeds.",
        ),
        id_="again",
    )


def citation_section(comparison: Comparison) -> Html:
    """Returns what to cite, without links."""
    items = [tag("li", f"keras-lateral {__version__}, the software that made this report.")]
    items += [tag("li", source) for source in _references(comparison)]
    return section("What to cite", tag("ul", *items), id_="citation")


def _references(comparison: Comparison) -> list[str]:
    """Returns each source once; if the record has none, those of its known methods."""
    sources = comparison.settings.get("references")
    if sources is None:
        parts = {part for method in comparison.methods for part in method.split("+")}
        sources = references([line.method() for line in known_methods() if line.name in parts])
    return list(dict.fromkeys(sources.values()))
