"""How to read a report, how to make it again, whom to cite."""

from __future__ import annotations

from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.report.html import Html, joined, section, tag
from keras_lateral.methods import known_methods, references
from keras_lateral.version import __version__

WORDS = {
    "Pair": "Two trainings with one seed: the baseline and the method start from the same weights "
    "and see the same images in the same order, augmented in the same way. The difference within "
    "a pair is the method's, up to chance.",
    "Mean and spread": "Over the seeds. The spread is the standard deviation: how much one "
    "training differs from the next.",
    "95 % interval": "Of the mean difference, by Student's t over the pairs. If the whole "
    "comparison were made again and again, 95 of 100 such intervals would hold the true difference "
    "for these images, this model and this training. It says nothing about other images.",
    "Adjusted p": "How often a difference at least as large would be seen if the method made none, "
    "by the paired t test, adjusted by Holm's method for the number of methods: the more are "
    "tried, the more look good by chance. Each measure and condition is adjusted by itself.",
    "helps, harms": "The adjusted p is 0.05 or less.",
    "may help, may harm": "The p of this method alone is 0.05 or less, the adjusted one is not.",
    "no difference seen": "Neither. That is not the same as no difference: the interval says how "
    "large it may still be.",
    "unknown": "There is one pair only.",
    "The best of several": "Its difference is, on average, seen somewhat too large, as it was "
    "picked for being large. Fresh seeds tell.",
}
"""The words of a report and what they mean."""


def reading_section() -> Html:
    """Returns what the words and numbers mean."""
    terms = joined(joined([tag("dt", word), tag("dd", text)]) for word, text in WORDS.items())
    return section("How to read this", tag("dl", terms), id_="reading")


def again_section(comparison: Comparison) -> Html:
    """Returns the call that makes the comparison again, as far as it is known."""
    settings = comparison.settings
    told = {key: settings[key] for key in ("epochs", "batch_size") if key in settings}
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
        *(f"    {key}={value!r}," for key, value in told.items()),
        *conditions,
        *augment,
        ")",
    ]
    code = tag("code", joined(call, Html("\n")))
    backend = settings.get("backend")
    return section(
        "How to make it again",
        tag("pre", code, tabindex="0"),
        tag(
            "p",
            "Images, model, methods, conditions and augmentation are those of the tables above. "
            "The same images and the same model have the same digests. Numbers come again up to "
            "rounding with the same versions"
            + (f" on the backend {backend}" if backend else "")
            + "; on other machines they differ as between seeds.",
        ),
        id_="again",
    )


def citation_section(comparison: Comparison) -> Html:
    """Returns whom to cite, without links."""
    items = [tag("li", f"keras-lateral {__version__}, the software that made this report.")]
    items += [tag("li", source) for source in _references(comparison)]
    return section("Whom to cite", tag("ul", *items), id_="citation")


def _references(comparison: Comparison) -> list[str]:
    """Returns each source once; of records that name none, those of the methods that are known."""
    noted = comparison.settings.get("references")
    if noted is None:
        parts = {part for method in comparison.methods for part in method.split("+")}
        noted = references([line.method() for line in known_methods() if line.name in parts])
    return list(dict.fromkeys(noted.values()))
