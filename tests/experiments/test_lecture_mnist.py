import pytest

from examples.lecture.results import recorded
from experiments.full_size import report, run
from experiments.lecture_mnist.config import ARMS, BASELINE, TABLE
from experiments.lecture_mnist.page import changes_text, errors_text
from experiments.lecture_mnist.report import PAGE, drawings

pytestmark = pytest.mark.home


@pytest.mark.slow
def test_the_smoke_size_of_the_lecture_runs(tmp_path, capsys):
    few = ["--arms", "lenet", "mlp", "mlp_dropout", "--seeds", "0", "1"]
    run.main(TABLE, ["--smoke", *few, "--results", str(tmp_path / "smoke")])
    report.main(TABLE, ["--smoke", "--results", str(tmp_path)])
    printed = capsys.readouterr().out
    assert "| convolutional network, rate 0.2 | 98.53 |" in printed
    assert "| Do convolutions help? |" in printed
    assert "| Are there fewer errors with it? |" in printed


def test_the_page_says_what_the_results_say():
    page, found = PAGE.read_text(encoding="utf-8"), recorded()
    assert errors_text(found) in page
    assert changes_text(found) in page


def test_the_page_names_every_change_whether_it_was_run_or_not():
    alone = {"lenet": recorded()["lenet"]}
    assert changes_text(alone).count("not run yet") == len(BASELINE) == len(ARMS) - 2


def test_every_figure_of_the_page_is_drawn(monkeypatch):
    monkeypatch.delenv("KERAS_LATERAL_DATA", raising=False)
    names = [name for name, _ in drawings(recorded())]
    assert names[0] == "lecture_errors"
