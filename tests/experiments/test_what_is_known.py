import importlib.util
import shlex

import pytest

from experiments.common.claim import Seen
from experiments.what_is_known import report
from experiments.what_is_known.claims import Claim, claims
from experiments.what_is_known.evidence import Evidence

pytestmark = pytest.mark.home


@pytest.fixture(scope="module")
def found():
    return claims()


def test_the_page_says_what_the_results_say(found):
    page = report.PAGE.read_text(encoding="utf-8")
    assert report.text(found) in page
    assert report.summary(found) in page


def test_every_claim_names_commands_that_exist(found):
    for claim in found:
        assert claim.evidence, claim.text
        for evidence in claim.evidence:
            python, option, module, *_ = shlex.split(evidence.command)
            assert (python, option) == ("python", "-m")
            assert importlib.util.find_spec(module) is not None, evidence.command


def test_a_table_that_was_not_run_is_open():
    nothing = Evidence("at full size", None, "python -m somewhere")
    seen = Evidence("small", Seen(2.5, 1.0, 4.0, 0.01, 5), "python -m elsewhere")
    claim = Claim("Source, table 1", "it helps", 2.0, "somewhere", [nothing, seen])
    written = report.text([claim])
    assert (
        "| +2.00 | not run | - | - | - | at full size | open | `python -m somewhere` |" in written
    )
    assert "| +2.00 | +2.50 | +1.00 to +4.00 | 0.010 | 5 | small | seen |" in written
    short = report.summary([claim])
    assert "| Source: it helps | +2.00 | +2.5 (+1.0 to +4.0), 5 pairs | small | seen |" in short
    unknown = Claim("Source, table 2", "it is fast", 2.0, "somewhere", [nothing])
    assert "1 more claim has not been run" in report.summary([claim, unknown])


@pytest.mark.parametrize(("low", "high", "said"), [(-1, 2, "open"), (1, 3, "seen")])
def test_a_direction_without_a_number_is_seen_or_open(low, high, said):
    evidence = Evidence("", Seen((low + high) / 2, low, high, 0.01 if low > 0 else 0.5, 5), "")
    claim = Claim("Source", "more", 1, "", [evidence], sign_only=True)
    assert report.claimed(claim) == "more"
    assert report.verdict_of(claim, evidence) == said
