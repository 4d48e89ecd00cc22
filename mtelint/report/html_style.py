"""The style sheet of the HTML report: light and dark, narrow and wide, no colour as the only sign."""

CSS = """\
:root { color-scheme: light dark; --page: #fff; --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --card: #f6f8fa;
  --error: #a40e26; --warning: #7a4100; --note: #0550ae; --mark: #fff1b8; --added: #dafbe1; --removed: #ffebe9;
  --link: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #e6edf3; --soft: #9ba5b0; --line: #3d444d;
  --card: #161b22; --error: #ff9a92; --warning: #f0b455; --note: #7cc0ff; --mark: #574500; --added: #12351f;
  --removed: #4a1a1d; --link: #7cc0ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--link); }
a:focus-visible, [tabindex]:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
h1, h2, h3 { line-height: 1.25; }
h1, h2, h3, h4, p, li { overflow-wrap: anywhere; }
code, pre, .code { font-family: ui-monospace, monospace; font-size: 0.875rem; }
h2 code, h3 code { font-size: inherit; }
article { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0 1rem 1rem; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.5rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 0.375rem; background: var(--card); }
.list th, .list td { border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.list th { white-space: nowrap; }
.source td { padding: 0 0.5rem; white-space: pre; }
.source .number { text-align: right; color: var(--soft); user-select: none; width: 1%; }
.source .added { background: var(--added); }
.source .removed { background: var(--removed); }
.source .step td { white-space: normal; padding: 0.125rem 0.5rem 0.25rem; }
.source .step span { display: inline-block; position: sticky; left: 0.5rem; margin-left: 4rem;
  max-width: calc(min(100vw, 70rem) - 10rem); }
mark { background: var(--mark); color: inherit; padding-bottom: 0.125rem; border-bottom: 2px solid currentColor; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 1rem; padding: 0 0.5rem;
  font-size: 0.875rem; font-weight: 600; }
.error { color: var(--error); } .warning { color: var(--warning); } .note { color: var(--note); }
.soft { color: var(--soft); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.lanes { display: block; font: 600 0.875rem system-ui, sans-serif; }
.lanes text { fill: var(--text); }
.lanes path { fill: none; stroke: var(--line); stroke-width: 2; }
.lanes .order { stroke: var(--link); stroke-width: 3; }
.lanes circle { fill: var(--page); stroke: var(--link); stroke-width: 3; }
.witness { table-layout: fixed; }
.witness.many { min-width: 34rem; }
.witness th { border-bottom: 2px solid var(--line); }
.witness td { border-left: 3px solid var(--line); padding: 0.25rem 0.75rem; }
.witness td.busy { border-left-color: var(--link); background: var(--page); }
.witness .time { width: 3.5rem; border-left: 0; color: var(--soft); }
@media (max-width: 40rem) { .source .step span { margin-left: 0; max-width: calc(100vw - 6rem); }
  dl { grid-template-columns: 1fr; } dt { margin-top: 0.5rem; }
  .list thead { position: absolute; left: -999rem; }
  .list tr, .list td { display: block; border: 0; padding: 0.125rem 0; }
  .list tr { border-bottom: 1px solid var(--line); padding: 0.5rem 0; } }
"""
