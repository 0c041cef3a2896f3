from typing import ClassVar

import keras
import pytest

from experiments.does_it_help import report
from experiments.does_it_help.run import main, smaller_last_steps
from keras_lateral import Comparison
from tests.comparison.tiny import tiny_images, tiny_model


def test_the_control_takes_smaller_steps_in_the_last_epoch_alone():
    class Rates(keras.callbacks.Callback):
        seen: ClassVar[list[float]] = []

        def on_epoch_end(self, epoch, logs=None):
            self.seen.append(float(self.model.optimizer.learning_rate))

    data = tiny_images().scaled()
    callbacks = [*smaller_last_steps(3).callbacks(), Rates()]
    tiny_model().fit(data.x_train, data.y_train, epochs=3, verbose=0, callbacks=callbacks)
    assert Rates.seen == pytest.approx([1e-3, 1e-3, 1e-4])


def test_the_readme_holds_the_tables_of_the_results():
    text = report.text(report.results(), report.results("_constant"))
    assert text in report.README.read_text(encoding="utf-8")


def test_the_page_of_what_is_known_holds_the_short_tables():
    assert report.summary(report.results()) in report.PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_smoke_size_runs_and_goes_on(tmp_path):
    # No `capsys` here: the toolbox's import closes what pytest has put in the place of stderr.
    pytest.importorskip("art", reason="the study attacks")
    where = ["--smoke", "--work", str(tmp_path / "work"), "--results", str(tmp_path)]
    main(where)
    first = Comparison.load(tmp_path / "smoke.json")
    assert len(first.methods[-1].split("+")) == 3
    assert any(name.startswith("pgd") for name in first.conditions)
    runs = {file: file.stat().st_mtime_ns for file in (tmp_path / "work").rglob("runs/*.json")}
    assert len(runs) == 4
    main(where)
    assert {file: file.stat().st_mtime_ns for file in runs} == runs  # nothing is trained again
    assert Comparison.load(tmp_path / "smoke.json").runs == first.runs
