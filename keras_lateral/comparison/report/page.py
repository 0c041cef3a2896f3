"""A comparison as one HTML file, for readers who ask which method helps."""

from __future__ import annotations

import os
from pathlib import Path

from keras_lateral.comparison.answer.class_balance import images_tested
from keras_lateral.comparison.answer.findings import findings_of
from keras_lateral.comparison.record import Comparison
from keras_lateral.comparison.report.answer import answer_section
from keras_lateral.comparison.report.condition_section import condition_section
from keras_lateral.comparison.report.gains_section import gains_section
from keras_lateral.comparison.report.html import Html, joined, name_html, tag
from keras_lateral.comparison.report.layout import page
from keras_lateral.comparison.report.measure_sections import measures_section
from keras_lateral.comparison.report.pictures import pictures_section
from keras_lateral.comparison.report.reading_section import (
    again_section,
    citation_section,
    reading_section,
)
from keras_lateral.comparison.report.setup_section import setup_section
from keras_lateral.comparison.report.training_section import curves_section, seeds_section
from keras_lateral.comparison.report.trust_section import trust_section
from keras_lateral.comparison.report.tuning_section import tuning_section
from keras_lateral.comparison.report.verdict_section import verdict_section
from keras_lateral.files import write_whole
from keras_lateral.method import BASELINE
from keras_lateral.text import counted, printable


def comparison_html(comparison: Comparison) -> str:
    """Returns a comparison as a self-contained HTML document.

    The answer comes first, then one table, why to trust it, and folded details. The page holds
    its figures and styles, makes no network request and runs no script; its content security
    policy forbids both. Names of images, classes and methods are always shown as text. The same
    comparison gives the same page, with the same version of matplotlib.

    Args:
        comparison: What `compare` returns.

    Raises:
        ImportError: If matplotlib or SciPy is missing. The message names the extra.

    Example:

    >>> from keras_lateral import Comparison, Run, comparison_html
    >>> runs = [Run("baseline", s, {"accuracy": 0.5 + s / 100}, 1.0) for s in range(3)]
    >>> runs += [Run("<mine>", s, {"accuracy": 0.52 + s / 100}, 1.0) for s in range(3)]
    >>> html = comparison_html(Comparison("digits", ("<mine>",), (0, 1, 2), tuple(runs)))
    >>> "helps by 2.0 points" in html, "&lt;mine&gt;" in html, "<mine>" in html
    (True, True, False)
    """
    findings = findings_of(comparison)
    return page(
        f"Which methods help on {comparison.name}?",
        _header(comparison),
        answer_section(findings),
        verdict_section(findings),
        tuning_section(findings),
        gains_section(findings),
        trust_section(findings),
        again_section(comparison),
        pictures_section(findings),
        measures_section(findings),
        condition_section(findings),
        curves_section(findings),
        seeds_section(findings),
        setup_section(findings),
        reading_section(),
        citation_section(comparison),
    )


def write_report(comparison: Comparison, path: str | os.PathLike[str]) -> Path:
    """Writes a comparison as one HTML file.

    Args:
        comparison: What `compare` returns.
        path: Path of the file, ending in `.html`. Missing folders are created; an existing file is
            replaced as a whole.

    Returns:
        The path.

    Raises:
        ValueError: If the path is a folder.
        ImportError: If matplotlib or SciPy is missing. The message names the extra.

    Example:

    >>> import tempfile
    >>> from pathlib import Path
    >>> from keras_lateral import Comparison, Run, write_report
    >>> runs = tuple(Run(name, 0, {"accuracy": 0.5}, 1.0) for name in ("baseline", "mine"))
    >>> comparison = Comparison("digits", ("mine",), (0,), runs)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_report(comparison, Path(folder) / "reports" / "digits.html")
    ...     path.read_text(encoding="utf-8")[:15]
    '<!DOCTYPE html>'
    """
    target = Path(path).expanduser()
    if target.is_dir():
        raise ValueError(
            "Invalid value for argument `path`. Expected the path of a file, such as "
            f"{str(target / 'report.html')!r}. Received: path={str(path)!r}, which is a folder"
        )
    write_whole(target, comparison_html(comparison))
    return target


def _header(comparison: Comparison) -> Html:
    settings, tested = comparison.settings, comparison.tested
    done = len(comparison.values(BASELINE)) if settings.get("stopped") else len(comparison.seeds)
    parts = [f"{counted(len(comparison.methods), 'method')} and the baseline"]
    parts.append(counted(done, "seed"))
    if tested is not None and tested.folds:
        known = images_tested(comparison)
        so_far = f", {known:,} of them tested" if known < len(tested) else ""
        parts.append(f"{counted(len(tested), 'image')} in {tested.folds} folds{so_far}")
    else:
        keys = [key for key in ("training_images", "test_images") if key in settings]
        parts += [f"{settings[key]:,} {key.replace('_', ' ')}" for key in keys]
    model = settings.get("typed_model", settings.get("model"))
    parts += [f"model {printable(str(model))}"] if model else []
    title = joined(["Which methods help on ", name_html(comparison.name), "?"])
    summary = ", ".join(parts)
    return tag("header", tag("h1", title), tag("p", f"{summary}.", class_="faint"))
