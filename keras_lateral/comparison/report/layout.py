"""The layout of a self-contained page."""

from __future__ import annotations

import base64
import hashlib

from keras_lateral.comparison.report.html import Html, joined, tag

STYLE = """
:root {
  --text: #1c1c1e; --faint: #55565c; --page: #ffffff; --soft: #f4f4f6; --line: #d6d7dc;
  --good: #005a94; --bad: #a23e00; --warn: #fff4d6; --warn-line: #b98900;
  --alarm: #fde8de;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #ececf0; --faint: #b4b5bd; --page: #17181b; --soft: #23252a; --line: #43454d;
    --good: #7cc4f5; --bad: #ffa272; --warn: #3a3013; --warn-line: #d9aa2c;
    --alarm: #452414;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; color: var(--text); background: var(--page);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere;
}
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 2.75rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .25rem; }
p, ul, ol { max-width: 46rem; margin: .5rem 0; }
.lead { font-size: 1.35rem; line-height: 1.35; font-weight: 600; max-width: 60rem; }
#answer h2 { margin: 1rem 0 .2rem; font-size: .875rem; font-weight: 600; color: var(--faint); }
#answer > h2 + .lead { margin-top: 0; }
.side { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 6fr); gap: 0 2rem; }
.side figure { margin: .5rem 0; }
.next { margin: 1rem 0 .5rem; border-left: .3rem solid var(--good); padding-left: .75rem; }
.next pre { margin: .35rem 0; }
.command { white-space: pre-wrap; overflow-wrap: anywhere; }
.note.invalid + .side, .note.warning + .side { margin-top: .5rem; }
.command span { white-space: nowrap; }
.faint, figcaption, small { color: var(--faint); }
figcaption, small { font-size: .875rem; }
.note {
  border-left: .3rem solid var(--warn-line); background: var(--warn);
  padding: .5rem .75rem; margin: .75rem 0; max-width: 60rem;
}
.note.invalid { border-color: var(--bad); background: var(--alarm); }
.kind { font-weight: 600; white-space: nowrap; }
.good { color: var(--good); }
.bad { color: var(--bad); }
.open { color: var(--faint); }
figure { margin: 1rem 0; }
figure img {
  display: block; width: 100%; height: auto; max-width: 50rem;
  background: #ffffff; border: 1px solid var(--line); border-radius: .25rem;
}
.scroll { overflow-x: auto; margin: 1rem 0; border: 1px solid var(--line); border-radius: .25rem; }
.scroll:focus-visible { outline: 3px solid var(--good); outline-offset: 2px; }
table {
  border-collapse: separate; border-spacing: 0; min-width: 100%;
  font-size: .9375rem; font-variant-numeric: tabular-nums;
}
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
.stay {
  position: sticky; left: 0; width: max-content; max-width: calc(min(100vw, 76rem) - 3rem);
  overflow-wrap: anywhere;
}
caption .stay { padding: 0 .6rem; }
caption small, th small, td small { display: block; font-weight: 400; }
th, td { padding: .3rem .6rem; text-align: left; vertical-align: top; overflow-wrap: normal; }
tr > * { border-top: 1px solid var(--line); }
thead th { background: var(--soft); vertical-align: bottom; }
thead th.n { white-space: normal; min-width: 4.5rem; }
tbody th { font-weight: 500; }
th.group { background: var(--soft); font-weight: 400; }
td.n, th.n { text-align: right; }
td.n { white-space: nowrap; }
td.words { min-width: 10rem; overflow-wrap: anywhere; }
th.name { min-width: 13rem; max-width: 20rem; overflow-wrap: anywhere; }
tbody th.name { position: sticky; left: 0; background: var(--page); }
.pictures { display: flex; flex-wrap: wrap; gap: .75rem 1.5rem; }
.pictures figure {
  display: grid; grid-template-columns: 6rem 1fr; gap: .75rem; margin: .25rem 0; width: 21rem;
  max-width: 100%;
}
.pictures img { width: 6rem; height: auto; }
.pictures small { display: block; }
.pixels { image-rendering: pixelated; }
.folded { border-top: 1px solid var(--line); }
.folded h2 { display: inline; font-size: 1.1rem; }
.folded > details { margin: 0; padding: .6rem 0; }
details { margin: 1rem 0; }
summary { cursor: pointer; font-weight: 600; }
pre {
  background: var(--soft); border: 1px solid var(--line); border-radius: .25rem;
  padding: .75rem; overflow-x: auto; font-size: .875rem;
}
pre, code { font-family: ui-monospace, "SFMono-Regular", Menlo, Consolas, monospace; }
dt { font-weight: 600; margin-top: .75rem; }
dd { margin: 0 0 0 1rem; max-width: 46rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); font-size: .875rem; }
@media (max-width: 40rem) {
  main { padding: 1rem .75rem 3rem; }
  h1 { font-size: 1.45rem; }
  .lead { font-size: 1.15rem; }
  .side { grid-template-columns: minmax(0, 1fr); }
  .pictures figure { grid-template-columns: 4.5rem 1fr; width: 100%; }
  .pictures img { width: 4.5rem; }
  table { font-size: .875rem; }
  th, td { padding: .25rem .45rem; }
  th.name { min-width: 8.5rem; max-width: 8.5rem; }
}
@media print {
  :root {
    --text: #000; --faint: #444; --page: #fff; --soft: #f4f4f6; --line: #bbb;
    --good: #005a94; --bad: #a23e00; --warn: #fff; --warn-line: #b98900;
    --alarm: #fff;
  }
  main { max-width: none; padding: 0; }
  body { font-size: 10pt; }
  table { font-size: 7.5pt; }
  th, td { padding: .15rem .3rem; }
  .scroll { overflow: visible; border: 0; }
  .stay, tbody th.name { position: static; }
  th.name { min-width: 7rem; }
  thead th.n { min-width: 0; }
  td.words { min-width: 0; }
  td.n, .kind { white-space: normal; }
  small, figcaption { font-size: .875em; }
  figure, tr, .note { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; }
  h2, h3, caption { break-after: avoid; }
}
"""
"""A style sheet without external resources."""


def page(title: str, *content: object) -> str:
    """Returns an HTML document.

    Its content security policy forbids scripts and network requests, whatever the page contains:
    only the style sheet with this digest and images within the page are allowed.

    Args:
        title: Title of the window.
        *content: Content of the body.
    """
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name_="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Html(STYLE)),
    )
    body = tag("body", tag("main", joined(content, Html("\n"))))
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"
