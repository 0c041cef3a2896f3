"""What the index, the citation and the documents say of the package agree with each other."""

import configparser
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
URLS = PYPROJECT["project"]["urls"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))

pytestmark = pytest.mark.home


def test_every_address_is_in_one_repository() -> None:
    repository = URLS["Source"]
    assert CITATION["repository-code"] == repository
    assert {url for url in URLS.values() if url.startswith(repository)} == set(URLS.values())
    path = repository.removeprefix("https://github.com/")
    hook = PYPROJECT["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]
    for substitution in hook["substitutions"]:
        assert f"/{path}/" in substitution["replacement"]


def test_the_documents_name_no_other_repository_and_no_other_site() -> None:
    ours = URLS["Source"].removeprefix("https://")
    texts = [ROOT / "README.md", ROOT / "mkdocs.yml", *(ROOT / "docs").rglob("*.md")]
    texts += [*(ROOT / "examples").rglob("*.md"), *(ROOT / "examples").rglob("*.ipynb")]
    for path in texts:
        text = path.read_text(encoding="utf-8")
        named = re.findall(r"github\.com/[\w-]+/keras-lateral\b", text)
        named += ["github.com" + end for end in re.findall(r"/github(/[\w-]+/keras-lateral)", text)]
        assert set(named) <= {ours}, path
        cloned = re.findall(r"git clone (\S+)", text)
        assert set(cloned) <= {URLS["Source"]}, path
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    owner, name = ours.split("/")[1:]
    assert site["site_url"] == f"https://{owner}.github.io/{name}/"


def test_every_page_that_the_index_links_exists() -> None:
    pages = [url.partition("/blob/main/")[2] for url in URLS.values() if "/blob/main/" in url]
    assert pages
    assert not [page for page in pages if not (ROOT / page).is_file()]


def test_every_released_version_has_its_date_and_the_citation_the_newest() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[([\d.]+)\](?: - (\d{4}-\d\d-\d\d))?$", changelog, re.MULTILINE)
    dates = [date for _, date in headings]
    assert all(dates)
    assert dates == sorted(dates, reverse=True)
    assert (str(CITATION["version"]), str(CITATION["date-released"])) == headings[0]


def test_the_quickstart_runs_from_a_wheel_and_needs_no_tensorflow_datasets() -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    quickstart = tox["testenv:quickstart"]
    assert quickstart["package"] == "wheel"
    assert "PYTHONSAFEPATH = 1" in quickstart["set_env"]
    extras = PYPROJECT["project"]["optional-dependencies"]
    wanted = [line for name in quickstart["extras"].split(",") for line in extras[name.strip()]]
    assert "tensorflow-datasets" not in {Requirement(line).name for line in wanted}


@pytest.mark.parametrize("name", ["ci.yml", "nightly.yml", "release.yml"])
def test_every_workflow_reads_only_and_pins_its_actions(name: str) -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows" / name).read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            assert re.search(r"@(v\d+|release/v1)$", step.get("uses", "@v1"))


def test_only_the_job_that_publishes_may_sign() -> None:
    text = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    signing = [name for name, job in jobs.items() if "id-token" in job.get("permissions", {})]
    assert signing == ["publish"]
    assert jobs["publish"]["environment"]["name"] == "pypi"
    assert "secrets." not in text
