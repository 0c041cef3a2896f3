"""What is measured of trained networks: pruning, attacks, saliency, corruption, SimBA."""

import contextlib
import io
from dataclasses import replace

import keras
import numpy as np
import pytest

from experiments.common.records import read
from experiments.frame_domain_shift import config as shift
from experiments.frame_domain_shift import measure as shift_measure
from experiments.frame_domain_shift.cinic import CLASSES, cinic
from experiments.frame_domain_shift.run import chosen
from experiments.frame_simba import config as simba
from experiments.frame_simba.report import success_rate, success_table
from experiments.frame_table.paper import paper_table
from experiments.full_size import measures_report, measuring
from experiments.full_size import run as training
from experiments.full_size.as_text import from_text, to_text
from experiments.full_size.images import images, raw_images
from experiments.full_size.trained import trained
from experiments.full_size.trained_arm import TrainedArm
from experiments.full_size.training import prepared
from experiments.gradient_mask_claims import config as claims
from experiments.gradient_mask_table_2.config import TABLE

pytestmark = pytest.mark.home
NONE = TrainedArm("gradient_mask_table_2", "none")


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    """The folder of the weights of two networks of the smoke size."""
    folder = tmp_path_factory.mktemp("networks")
    smoke = folder / "gradient_mask_table_2" / "smoke"
    arguments = ["--smoke", "--arms", "none", "--seeds", "0", "1", "--results", str(smoke)]
    training.main(TABLE, arguments)
    return folder


def of_none(study):
    """Returns a study of the arm without anything, so that nothing else has to be trained."""
    return replace(study, arms={"none": NONE, "log": NONE}, texts={"none": "none", "log": "log"})


@pytest.mark.parametrize(
    "values", [np.array([True, False, True] * 3), np.array([0.5, -2.0, 0.125])]
)
def test_values_are_read_as_they_were_written(values):
    np.testing.assert_array_equal(from_text(to_text(values)), values)


def test_a_trained_network_takes_images_from_0_to_1(networks):
    weights = NONE.weights("smoke", 0, networks / NONE.table)
    recipe = TABLE.sizes["smoke"]
    network, _ = prepared(TABLE.arms["none"], recipe, images(recipe), 0)
    network.load_weights(weights)
    expected = network.predict(images(recipe).x_test, verbose=0)
    x = raw_images(recipe).x_test.astype("float32") / 255
    found = trained(NONE, "smoke", 0, weights).predict(x, verbose=0)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("study", "measures"),
    [
        (claims.STUDY, ["accuracy", "accuracy, 90% of the weights pruned", "area of deletion"]),
        (shift.STUDY, ["accuracy", "accuracy under corruptions"]),
        (simba.STUDY, ["accuracy", "accuracy after 1 iteration", "accuracy after 3 iterations"]),
    ],
)
def test_networks_are_measured_once_and_reported(networks, tmp_path, study, measures):
    # No `capsys`: the toolbox's import closes what pytest has put in the place of stderr.
    said = io.StringIO()
    if study is claims.STUDY:
        pytest.importorskip("art", reason="the study attacks")
    study = of_none(study)
    where = ["--smoke", "--results", str(tmp_path / "smoke")]
    measuring.main(study, where, networks)
    records = read(tmp_path / "smoke")
    assert {arm: sorted(runs) for arm, runs in records.items()} == {"none": [0, 1], "log": [0, 1]}
    assert set(measures) <= set(records["none"][0]["values"])
    for measure in records["none"][0]["values"]:  # the two arms are the same networks
        table = measures_report.table_of(records, "none", measure, [0, 1])
        np.testing.assert_array_equal(
            table, measures_report.table_of(records, "log", measure, [0, 1])
        )
        assert ((table >= 0) & (table <= 1)).all()
    with contextlib.redirect_stdout(said):
        measures_report.main(study, ["--smoke", "--results", str(tmp_path)])
        measuring.main(study, where, networks)
    assert f"| {measures[-1]} | log | - |" in said.getvalue()
    assert "0 networks to measure" in said.getvalue()


def test_an_untrained_arm_is_named(tmp_path, capsys):
    measuring.main(of_none(simba.STUDY), ["--smoke", "--results", str(tmp_path)], tmp_path)
    assert "not trained yet: none, log" in capsys.readouterr().out


def test_the_success_rate_is_of_the_images_that_were_right():
    def record(*values):
        return to_text(np.array(values, bool))

    run = {"accuracy": record(1, 1, 0, 1), simba.after(1): record(1, 0, 0, 0)}
    records = {"none": {0: {"values": run}}}
    assert success_rate(records, "none", 1) == pytest.approx(2 / 3)
    for iterations in simba.ITERATIONS["smoke"]:
        run[simba.after(iterations)] = run[simba.after(1)]
    assert "| none, weight decay 5e-4 | 52.08 / 66.67 | - / 66.67 |" in success_table(
        records, "smoke"
    )


def test_the_sources_success_rates_are_whole_numbers_of_the_images_that_were_right():
    for arm, attacked in simba.ATTACKED.items():
        counts = np.array(simba.REPORTED[arm]) * attacked / 100
        whole = np.isclose(counts, counts.round(), atol=0.02)
        assert whole.tolist() == [True, True, True, True, arm != "ocnn"]


def test_the_sources_size_is_measured_where_its_own_table_keeps_the_weights(tmp_path):
    for study in (shift.STUDY, simba.STUDY):
        arms = study.at(shift.SOURCE)
        assert set(arms) == {"none", "ocnn", "frame"}
        for arm in arms.values():
            recipe = arm.of().sizes[shift.SOURCE]
            assert (recipe.model, recipe.dataset) == ("resnet34", "cifar10")
            found = arm.weights(shift.SOURCE, 3)
            size = paper_table("resnet34", "cifar10").folder / "results" / "resnet34_cifar10"
            assert found == size / "weights" / f"{arm.arm}-3.weights.h5"
        assert study.at("two_cores")["none"] == NONE


def test_every_corruption_counts_but_in_the_smoke_size(monkeypatch):
    seen = []
    x = np.zeros((1, 8, 8, 3), "float32")
    monkeypatch.setattr(shift_measure, "test_images", lambda recipe, per_class: (x, x[:, 0, 0, 0]))
    monkeypatch.setattr(shift_measure, "corrupt", lambda x, *which: seen.append(which) or x)
    shift_measure.corrupted.__wrapped__(TABLE.sizes["smoke"], "two_cores")
    assert len(set(seen)) == len(seen) == 19 * 3


def png(folder, name, value):
    from PIL import Image

    folder.mkdir(exist_ok=True)
    Image.fromarray(np.full((32, 32, 3), value, "uint8")).save(folder / f"{name}.png")


@pytest.fixture
def cinic_folder(tmp_path):
    """A part of CINIC-10: an image of each class from ImageNet, and one from CIFAR-10."""
    for package in ("PIL", "imagehash"):
        pytest.importorskip(package)
    folder = tmp_path / "test"
    folder.mkdir()
    for label, name in enumerate(CLASSES):
        png(folder / name, f"n0000000{label}_1", 25 * label)
        png(folder / name, f"cifar10-train-{label}", 255)
    return folder


def test_cinic_is_read_without_the_images_of_cifar(cinic_folder):
    x, y = cinic(cinic_folder)
    assert x.dtype == np.uint8
    np.testing.assert_array_equal(y, range(10))
    np.testing.assert_array_equal(x, np.broadcast_to(25 * y[:, None, None, None], x.shape))


def test_a_folder_that_is_not_cinic_is_refused(cinic_folder, tmp_path):
    with pytest.raises(ValueError, match="--cinic.*Received.*nowhere"):
        cinic(tmp_path / "nowhere")
    (cinic_folder / "frog" / "n00000006_1.png").unlink()
    with pytest.raises(ValueError, match=r"All of \['frog'\] come from CIFAR-10"):
        cinic(cinic_folder)
    (cinic_folder / "zebra").mkdir()
    with pytest.raises(ValueError, match="--cinic.*zebra"):
        cinic(cinic_folder)


@pytest.mark.slow
def test_with_cinic_networks_are_measured_again_that_were_measured_without(
    networks, cinic_folder, tmp_path, capsys
):
    study, others = chosen(["--smoke", "--cinic", str(cinic_folder), "--results", str(tmp_path)])
    study = of_none(replace(study, measure=f"{__name__}:as_many_as_given"))
    measuring.main(replace(study, arguments={}, wanted=()), others, networks)
    measuring.main(study, others, networks)
    measuring.main(study, others, networks)
    told = [line.split(",")[0] for line in capsys.readouterr().out.splitlines() if "to m" in line]
    assert told == [f"{n} networks to measure" for n in (4, 4, 0)]
    values = read(tmp_path)["none"][1]["values"]
    assert from_text(values[shift.SHIFTED]).tolist() == [1, 0]


def as_many_as_given(model, recipe, size, cinic_folder=None):
    """In the place of the study's measure, which is about other things than resuming."""
    found = {"accuracy": np.array([True, False])}
    return found | ({shift.SHIFTED: found["accuracy"]} if cinic_folder else {})


def test_networks_of_other_classes_are_not_tested_on_cinic(cinic_folder):
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Flatten()(inputs)))
    with pytest.raises(ValueError, match="trained on CIFAR-10.*3 classes"):
        shift_measure.measure(model, TABLE.sizes["smoke"], "smoke", cinic_folder)
