"""Writes the tables of the page "What is known".

python -m experiments.what_is_known.report
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from experiments.common.claim import Verdict, verdict
from experiments.common.documents import table_line, write_between_markers
from experiments.full_size.tables import seen_cells
from experiments.what_is_known.claims import Claim, claims
from experiments.what_is_known.evidence import Evidence

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "what-is-known.md"
NAME, IN_SHORT = "what_is_known", "what_is_known_in_short"

HEAD = (
    "| claimed, points | seen here, points | 95 % | p | pairs | on what | verdict | command |\n|"
    + 8 * "---|"
)
SHORT_HEAD = "| claim | claimed, points | seen here, points | on what | verdict |\n|" + 5 * "---|"


def text(found: Sequence[Claim]) -> str:
    """Returns the page's tables: a heading a source, a table a claim."""
    parts, source = [], ""
    for claim in found:
        heading = claim.source.split(",")[0]
        if heading != source:
            source = heading
            parts.append(f"## {source}")
        where = "; ".join(filter(None, (claim.source, claim.at)))
        parts += [f"**{claim.text}** ({where})", _table(claim)]
    return "\n\n".join(parts)


def _table(claim: Claim) -> str:
    return "\n".join([HEAD, *(_line(claim, evidence) for evidence in claim.evidence)])


def _line(claim: Claim, evidence: Evidence) -> str:
    cells = [claimed(claim), *seen_cells(evidence.seen, unseen="not run"), evidence.size]
    return table_line([*cells, verdict_of(claim, evidence), f"`{evidence.command}`"])


def claimed(claim: Claim) -> str:
    """Returns the claimed difference, or its direction where the source gives no number."""
    if claim.sign_only:
        return "more" if claim.claimed > 0 else "less"
    return f"{claim.claimed:+.2f}"


def verdict_of(claim: Claim, evidence: Evidence) -> Verdict:
    """Returns what the evidence says of the claim."""
    return verdict(claim.claimed, evidence.seen, direction=claim.sign_only)


def summary(found: Sequence[Claim]) -> str:
    """Returns a line for each claim that was looked at: what the first experiment says of it."""
    lines = []
    for claim in found:
        run = [e for e in claim.evidence if e.seen is not None and e.seen.low <= e.seen.high]
        if run and run[0].seen is not None:
            first, seen = run[0], run[0].seen
            lines.append(
                f"| {claim.source.split(',')[0]}: {claim.text} | {claimed(claim)} "
                f"| {seen.mean:+z.1f} ({seen.low:+z.1f} to {seen.high:+z.1f}), {seen.pairs} pairs "
                f"| {first.size} | {verdict_of(claim, first)} |"
            )
    table = "\n".join([SHORT_HEAD, *lines])
    others = len(found) - len(lines)
    if not others:
        return table
    have = "claim has" if others == 1 else "claims have"
    return f"{table}\n\n{others} more {have} not been run at any size."


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--print", action="store_true", help="print the tables, write nothing")
    options = parser.parse_args(arguments)
    found = claims()
    if options.print:
        print(text(found), summary(found), sep="\n\n")
        return
    write_between_markers(PAGE, text(found), NAME)
    write_between_markers(PAGE, summary(found), IN_SHORT)


if __name__ == "__main__":
    main()
