import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments.common.records import write_run
from experiments.frame_table import report
from experiments.frame_table.config import OWN, TABLE
from experiments.frame_table.paper import NETWORKS, REPORTED, SETS, paper_table, size_of
from experiments.frame_table.paper import TABLE as TOGETHER
from experiments.frame_table.run import chosen
from experiments.full_size import run
from experiments.full_size.methods import method_of
from experiments.full_size.outcome import packed

pytestmark = pytest.mark.home


def test_every_network_and_set_is_one_command():
    for network in NETWORKS:
        for images in SETS:
            table, others = chosen(["--network", network, "--set", images, "--workers", "1"])
            assert others == ["--workers", "1"]
            (size,) = set(table.sizes) - {"smoke"}
            assert table.sizes[size].model == network
            place = list(SETS).index(images)
            assert {a: arm.paper for a, arm in table.arms.items() if arm.paper} == {
                name: row[place] for name, row in REPORTED[network].items()
            }
    assert chosen([])[0] is TABLE


def test_the_schedule_of_the_rivals_is_the_published_one():
    method = method_of(paper_table("resnet34", "cifar100").arms["srip"], 200)
    (schedule,) = method.callbacks()
    assert [schedule.scale(epoch) for epoch in (0, 19, 20, 50, 70, 119, 120)] == [
        *(1.0, 1.0, 1e-3, 1e-4, 1e-6, 1e-6, 0.0)
    ]


@pytest.mark.parametrize("arm", ["frame", pytest.param("srip", marks=pytest.mark.slow)])
def test_an_arm_at_the_sources_size_runs_as_smoke(tmp_path, arm):
    table = paper_table("resnet50", "svhn")
    where = ["--smoke", "--arms", arm, "--seeds", "0", "--results", str(tmp_path)]
    run.main(table, where)
    assert (tmp_path / "runs" / f"{arm}-0.json").exists()


@pytest.mark.slow
def test_the_smoke_size_runs(tmp_path):
    run.main(TABLE, ["--smoke", "--results", str(tmp_path)])
    assert len(list((tmp_path / "runs").iterdir())) == 2 * len(OWN)


def test_the_readme_holds_the_tables_of_the_results():
    written = Path(report.README).read_text(encoding="utf-8")
    assert report.of_the_source(TABLE.folder / "results") in written
    assert report.pilot_table(TABLE.folder / "results") in written
    assert re.search(r"\| frame \| 95\.17 / \S+ \| 77\.61 / \S+ \| 96\.85 / ", written)


def test_what_was_reached_stands_beside_what_the_source_reports(tmp_path):
    for seed, accuracy in enumerate((0.70, 0.72)):
        record = {"test_accuracy": accuracy, "train_accuracy": 1.0, "seconds": 1, "epochs": 1}
        record |= {"diverged": False, "right": packed(np.array([True, False])), "images": 2}
        write_run(tmp_path / size_of("resnet50", "svhn"), "mhe", seed, record)
    text = report.of_the_source(tmp_path)
    assert "| 77.34 / - | 96.94 / 71.00 |" in text
    assert "### Size `resnet50_svhn`" in text


def test_the_sizes_of_the_source_are_trained_alike_alone_and_together():
    for network in NETWORKS:
        for images in SETS:
            alone = paper_table(network, images)
            size = size_of(network, images)
            assert TOGETHER.sizes[size] == alone.sizes[size]
            for name, arm in alone.arms.items():
                assert replace(TOGETHER.arms[name], paper=arm.paper) == arm
