/** The style sheet of an exported page: its own, and highlight.js's themes for light and dark. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const theme = (name: string) => readFileSync(require.resolve(`highlight.js/styles/${name}.min.css`), "utf8");

const PAGE = `
:root{color-scheme:light dark;--ground:#fdfdfc;--ink:#1f2328;--muted:#59636e;--line:#d9dfe5;--code:#f4f6f8;--link:#0b62b8;--warn:#b3261e;--warn-ground:#fdf1ef}
@media(prefers-color-scheme:dark){:root{--ground:#14171b;--ink:#e3e7eb;--muted:#a3adb8;--line:#343b43;--code:#1c2127;--link:#7cb8f5;--warn:#ff9a8f;--warn-ground:#2b1a19}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--ground);color:var(--ink);font:1.0625rem/1.6 Charter,"Bitstream Charter","Sitka Text",Cambria,Georgia,"DejaVu Serif",serif;text-rendering:optimizeLegibility}
main{max-width:46rem;margin:0 auto;padding:2.5rem 1.25rem 5rem}
h1,h2,h3,h4,nav,summary,.number,.note,footer{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif}
h1,h2,h3,h4{line-height:1.25;margin:2.2em 0 .6em;text-wrap:balance}
h1{font-size:1.9rem;margin-top:0}h2{font-size:1.4rem;padding-bottom:.25em;border-bottom:1px solid var(--line)}h3{font-size:1.15rem}h4{font-size:1rem}
p,ul,ol,dl,blockquote{margin:0 0 1em}li{margin:.25em 0}
a{color:var(--link);text-underline-offset:.15em}
blockquote{margin-left:0;padding-left:1em;border-left:3px solid var(--line);color:var(--muted)}
pre,code,kbd{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.875rem}
:not(pre)>code{background:var(--code);padding:.1em .3em;border-radius:4px;overflow-wrap:anywhere}
pre{margin:0 0 1em;padding:.8rem 1rem;background:var(--code);border-radius:6px;overflow-x:auto;line-height:1.5;tab-size:2}
pre code.hljs,pre .hljs{padding:0;background:none}
.cell{position:relative;margin:1.4rem 0}
.number{color:var(--muted);font-size:.75rem;line-height:1;margin-bottom:.3rem}
.input{border:1px solid var(--line);margin-bottom:.5rem}
.output{margin:.5rem 0 0}
.output>:last-child{margin-bottom:0}
.printed{background:none;border-left:3px solid var(--line);border-radius:0;padding:.1rem 0 .1rem 1rem;white-space:pre-wrap;overflow-wrap:anywhere}
.stderr{border-color:var(--muted);color:var(--muted)}
.error{border-color:var(--warn);background:var(--warn-ground);padding:.6rem 1rem}
details{margin:0 0 1em}details[name]{margin:0}summary{cursor:pointer;color:var(--muted);font-size:.9rem;margin:.3rem 0}
figure{margin:.8rem 0;overflow-x:auto}img{max-width:100%;height:auto}
.html,.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.9375rem;margin:0 0 1em;font-variant-numeric:tabular-nums}
th,td{padding:.35em .8em;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{border-bottom:2px solid var(--line);white-space:nowrap}caption{text-align:left;font-weight:bold;padding:.3em 0}
math{font-size:1.05em}math[display=block]{margin:1em 0;overflow-x:auto}
hr{border:0;border-top:1px solid var(--line);margin:2em 0}
nav{font-size:.9rem;margin:0 0 2.5rem;padding:.9rem 1.1rem;border:1px solid var(--line);border-radius:6px}
nav summary{margin:0;font-weight:600;color:var(--ink)}nav ol{list-style:none;padding:0;margin:.5rem 0 0}nav a{color:inherit;text-decoration:none}nav a:hover{text-decoration:underline}
nav .h2{padding-left:1rem}nav .h3{padding-left:2rem;color:var(--muted)}
.note,footer{color:var(--muted);font-size:.85rem}footer{margin-top:4rem;border-top:1px solid var(--line);padding-top:.8rem}
.ansi-bold{font-weight:bold}.ansi-italic{font-style:italic}.ansi-underline{text-decoration:underline}
.ansi-red{color:#b3261e}.ansi-green{color:#1a7436}.ansi-yellow{color:#8a5a00}.ansi-blue{color:#0b62b8}.ansi-magenta{color:#8a3c86}.ansi-cyan{color:#0b6e79}.ansi-black,.ansi-white{color:inherit}
@media(prefers-color-scheme:dark){.ansi-red{color:#ff9a8f}.ansi-green{color:#6bd08a}.ansi-yellow{color:#e3b341}.ansi-blue{color:#7cb8f5}.ansi-magenta{color:#df9bdb}.ansi-cyan{color:#5fd0dc}}
@media(min-width:62rem){.number{position:absolute;right:100%;top:.95rem;margin-right:.7rem}}
@media(max-width:48rem){figure img{max-width:none}}
@media(max-width:30rem){body{font-size:1rem}main{padding-top:1.5rem}pre{padding:.7rem .8rem}}
@media print{:root{color-scheme:light;--ground:#fff;--ink:#000;--muted:#444;--line:#bbb;--code:#f6f6f6;--link:#000}main{max-width:none;padding:0}nav,footer{display:none}pre{white-space:pre-wrap}h1,h2,h3{break-after:avoid}figure,tr{break-inside:avoid}}
`;

export function styleSheet(): string {
  return `${theme("github")}@media(prefers-color-scheme:dark){${theme("github-dark")}}${PAGE}`;
}
