"""The report says what the comparison found, to anyone, and does nothing else."""

import base64
import hashlib
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from keras_lateral import Comparison, comparison_html, write_report
from keras_lateral.text import printable
from tests.comparison.report.parsed import Element, parsed
from tests.comparison_samples import (
    HOSTILE,
    comparison_of,
    several,
    with_diverged,
    with_images,
    without,
)

pytest.importorskip("matplotlib")
pytestmark = pytest.mark.home

PLAIN = ("one", "two", "three", "four")


def rich(methods: tuple[str, ...], word: str) -> Comparison:
    """Returns a comparison with all that a report can show, `word` wherever users choose it."""
    found = several(methods, conditions=True, name=word, notes=[word, "resized"], model=word)
    found = with_diverged(without(found, methods[1], 2), methods[0], 0)
    conditions = {**found.settings["conditions"], f"fog{word}": {word: word, "steps": [1, word]}}
    runs = [
        replace(
            run,
            measures={**run.measures, f"fog{word}": 0.25},
            details={**run.details, f"fog{word}": {word: 0.5}},
        )
        for run in found.runs
    ]
    settings = {**found.settings, "conditions": conditions, word: {word: [word]}, "augment": word}
    settings["methods"] = {methods[0]: {word: {word: word}}}
    return replace(found, runs=tuple(runs), settings=settings)


SAMPLES = {
    "hostile": lambda: rich(HOSTILE, f"{HOSTILE[0]}{HOSTILE[1]}\udcff"),
    "harmless": lambda: rich(PLAIN, "word"),
    "one seed": lambda: several(["one"], seeds=1),
    "no pair": lambda: without(several(["one"], seeds=1), "baseline", 0),
    "only accuracy": lambda: only_accuracy(several(["one", "two"], seeds=2)),
    "images": lambda: with_images({"one": 0.15, "two": -0.15}, images=60, name="my photos"),
    "folds": lambda: with_images({"one": 0.15}, images=60, folds=5, classes=HOSTILE),
}


def only_accuracy(comparison: Comparison) -> Comparison:
    runs = [
        replace(run, measures={"accuracy": run.measures["accuracy"]}, history={})
        for run in comparison.runs
    ]
    return replace(comparison, runs=tuple(runs), settings={})


@cache
def page(sample: str) -> str:
    return comparison_html(SAMPLES[sample]())


@cache
def root(sample: str) -> Element:
    return parsed(page(sample))


def pictures(sample: str, kind: str = "svg+xml") -> list[bytes]:
    sources = [image.attributes["src"] for image in root(sample).all("img")]
    sources += [source.attributes["srcset"] for source in root(sample).all("source")]
    assert all(re.match("data:image/(svg\\+xml|png);base64,", source) for source in sources)
    prefix = f"data:image/{kind};base64,"
    found = [source.removeprefix(prefix) for source in sources if source.startswith(prefix)]
    return [base64.b64decode(source) for source in found]


@pytest.mark.parametrize("sample", SAMPLES)
def test_it_needs_nothing_from_elsewhere_and_forbids_it(sample: str) -> None:
    elements = root(sample).all()
    assert not {"script", "link", "iframe", "object", "a", "form"} & {
        element.name for element in elements
    }
    names = {name for element in elements for name in element.attributes}
    assert not [name for name in names if name.startswith("on") or name in ("href", "style")]
    assert not re.search(r"https?:|url\(|@import", page(sample))
    (policy,) = [
        element.attributes["content"]
        for element in elements
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    (style,) = root(sample).all("style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert rules == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


@pytest.mark.parametrize("sample", SAMPLES)
def test_it_can_be_read_without_eyes_and_on_a_phone(sample: str) -> None:
    top = root(sample)
    (html,) = top.all("html")
    assert html.attributes["lang"] == "en"
    metas = [meta.attributes for meta in top.all("meta")]
    assert {"charset": "utf-8"} in metas
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in metas
    assert len(top.all("h1")) == len(top.all("title")) == len(top.all("main")) == 1
    ids = [element.attributes["id"] for element in top.all() if "id" in element.attributes]
    assert len(set(ids)) == len(ids)
    for section in top.all("section"):
        assert top.by_id(section.attributes["aria-labelledby"]).name == "h2"
    for image in top.all("img"):
        assert len(image.attributes["alt"]) > 20
    frames = [div for div in top.all("div") if div.attributes.get("class") == "scroll"]
    assert len(frames) == len(top.all("table"))
    for frame in frames:
        assert frame.attributes["tabindex"] == "0"
        (table,) = frame.children
        check_table(table)


def check_table(table: Element) -> None:
    assert table.children[0].name == "caption"
    assert table.children[0].text
    widths = set()
    for row in table.all("tr"):
        widths.add(sum(int(cell.attributes.get("colspan", 1)) for cell in row.children))
        assert row.children[0].name == "th"
    assert len(widths) == 1
    assert all(cell.attributes["scope"] in ("col", "row", "rowgroup") for cell in table.all("th"))


def test_whatever_things_are_called_the_page_is_built_the_same() -> None:
    def structure(element: Element) -> list[object]:
        inner = [structure(child) for child in element.children if child.name != "wbr"]
        return [element.name, sorted(element.attributes), inner]

    assert structure(root("hostile")) == structure(root("harmless"))


def test_every_name_is_shown_as_text() -> None:
    comparison, text = SAMPLES["hostile"](), root("hostile").text
    unknown = [name for name in comparison.conditions if "alert" in name]
    assert unknown
    for name in (comparison.name, *comparison.methods, *unknown):
        assert printable(name) in text
    assert printable(comparison.name) in root("hostile").all("title")[0].text
    assert "alert(1)" in page("hostile")
    assert not re.search("<(script|img src=x|b>)", page("hostile"))


def test_pictures_hold_no_code_and_ask_for_nothing() -> None:
    for svg in pictures("hostile"):
        elements = list(ET.fromstring(svg).iter())
        names = {element.tag.rpartition("}")[2] for element in elements}
        assert names <= {
            "svg",
            "defs",
            "style",
            "g",
            "path",
            "text",
            "tspan",
            "use",
            "clipPath",
        } | {
            "rect",
            "metadata",
            "RDF",
            "Work",
            "title",
        }
        for element in elements:
            for key, value in element.attrib.items():
                name = key.rpartition("}")[2]
                assert not name.startswith("on")
                assert name != "href" or value.startswith("#")
    assert any(HOSTILE[0] in "".join(ET.fromstring(svg).itertext()) for svg in pictures("hostile"))


@pytest.mark.parametrize("sample", ["harmless", "only accuracy"])
def test_every_training_is_in_it_with_its_values(sample: str) -> None:
    comparison = SAMPLES[sample]()
    table = root(sample).by_id("seeds").all("table")[0]
    head = [cell.text for cell in table.all("thead")[0].all("th")]
    shown = {}
    for group in table.all("tbody"):
        title, *rows = group.all("tr")
        for row in rows:
            shown[title.text, row.children[0].text.split()[0]] = [
                cell.text for cell in row.children
            ]
    column = head.index("test accuracy in %")
    for run in comparison.runs:
        cells = shown[run.method, str(run.seed)]
        assert cells[column] == f"{100 * run.measures['accuracy']:.1f}"
        assert ("diverged" in cells[0]) == run.diverged
        if "loss" in run.measures:
            assert cells[head.index("test loss in nats")] == f"{run.measures['loss']:.3f}"
    missing = [key for key, cells in shown.items() if "missing" in cells]
    assert missing == ([("two", "2")] if sample == "harmless" else [])


def test_verdicts_are_those_of_the_record_in_the_order_of_the_answer() -> None:
    comparison = SAMPLES["harmless"]()
    answer, methods, *_ = root("harmless").all("section")
    assert [answer.attributes["id"], methods.attributes["id"]] == ["answer", "methods"]
    assert "Missing: two with seed 2." in answer.text
    assert "1 training diverged: one with seed 0." in answer.text
    (table,) = methods.all("table")
    assert [cell.text for cell in table.all("thead")[0].all("th")][:2] == ["Method", "Verdict"]
    shown = [row.children[0].text for row in table.all("tbody")[0].all("tr")]
    sentences = root("harmless").by_id("trust").all("ul")[1].all("li")
    assert shown[1:] == [item.all("strong")[0].text for item in sentences]
    by_name = {compared.method: compared for compared in comparison.compared()}
    for item in sentences:
        name = item.all("strong")[0].text
        assert item.text == f"{name}: {by_name[name].verdict}."


@pytest.mark.parametrize("sample", ["harmless", "images"])
def test_every_table_and_picture_has_the_methods_in_the_same_order(sample: str) -> None:
    top = root(sample)
    names = SAMPLES[sample]().methods
    rows = [row.children[0].text for row in top.by_id("methods").all("tr")]
    order = [name for name in rows if name in names]
    assert sorted(order) == sorted(names)
    for table in top.all("table"):
        found = [row.children[0].text for row in table.all("tr")]
        assert [name for name in found if name in names] in ([], order)
        heads = [cell.text for head in table.all("thead") for cell in head.all("th")]
        assert [name for name in heads if name in names] in ([], order)
    for svg in pictures(sample):
        texts = ["".join(text.itertext()) for text in ET.fromstring(svg).iter() if text.text]
        found = list(dict.fromkeys(text for text in texts if text in names))
        assert found in ([], order)


def test_what_is_for_few_readers_is_folded_but_printed() -> None:
    sections = root("images").all("section")
    folded = [s.attributes["id"] for s in sections if s.attributes.get("class") == "folded"]
    assert [s.attributes["id"] for s in sections][:5] == [
        *("answer", "methods", "gains", "trust", "again"),
    ]
    assert {s.attributes["id"] for s in sections[5:]} == set(folded)
    assert all("open" not in details.attributes for details in root("images").all("details"))
    assert "details::details-content" in page("images").split("@media print")[1]


def test_conditions_have_names_for_people() -> None:
    text = root("harmless").text
    assert "PGD attack, 8/255" in text
    assert "fog, severity 3" in text
    assert not re.search(r"pgd-linf|fog-\d", text)


def test_the_command_that_was_typed_can_be_copied() -> None:
    commands = [pre.text for pre in root("images").all("pre")]
    typed = "keras-lateral compare --images 'my photos' --report out.html"
    assert commands[-1] == typed
    assert all(command.startswith(typed.split(" --report")[0]) for command in commands)
    assert "compare(" in root("harmless").by_id("again").all("pre")[0].text


def test_one_seed_is_a_report_with_a_warning() -> None:
    answer = root("one seed").by_id("answer")
    assert "There is only one seed." in answer.text
    assert "one pair of trainings is not enough to tell." in answer.text
    assert answer.all("img")
    assert "No conclusion is possible" in root("no pair").by_id("answer").text


def test_the_same_comparison_gives_the_same_page(tmp_path: Path) -> None:
    comparison = several(["one"])
    comparison.save(tmp_path / "c.json")
    assert comparison_html(comparison) == comparison_html(Comparison.load(tmp_path / "c.json"))


def test_it_is_written_whole_into_a_folder_that_is_made(tmp_path: Path) -> None:
    comparison = only_accuracy(comparison_of({"é方\ud800": [0.1, 0.2]}))
    path = write_report(comparison, tmp_path / "new" / "folder" / "report.html")
    assert path.read_text(encoding="utf-8") == comparison_html(comparison)
    path.write_text("old")
    write_report(comparison, str(path))
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Expected the path of a file, such as .*report.html"):
        write_report(several(["one"]), tmp_path)
