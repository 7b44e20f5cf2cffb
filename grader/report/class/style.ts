/** Rules of the instructor's pages. */
export const CLASS_STYLE = `
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.75rem 0 0}
.glance{display:flex;flex-wrap:wrap;gap:.75rem 2.5rem;margin:1.75rem 0}
.glance div{display:flex;flex-direction:column-reverse}
.glance dt{color:var(--muted);font-size:.875rem}
.glance dd{margin:0;font-size:1.5rem;font-weight:600;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.figures{display:flex;flex-wrap:wrap;gap:1.25rem;align-items:flex-start}
.figures img{border:1px solid var(--line);border-radius:8px}
.students{font-size:.8125rem}.students th:not(:last-child),.students td:not(:last-child){padding-right:1rem}.students th,.students td{white-space:nowrap}
tbody th{font-weight:500}
section>table+p{margin-top:.75rem}
@media(max-width:34rem){.figures img{max-width:none;height:15rem}}
@media print{.figures img{max-width:48%}}
`;
