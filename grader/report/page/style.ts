/** The look that the grader's pages share with pictures (src/plots/theme.ts) and check tables (src/course/table.ts). */
import { DARK, FILL, FONT, LIGHT, MONO } from "../../../src/plots/theme.ts";

/** Blue is right, orange is not: told apart without seeing red or green, and always said in words as well. */
const light = `--ground:${LIGHT.card};--ink:${LIGHT.ink};--muted:${LIGHT.muted};--line:${LIGHT.line};--soft:#f3f5f7;--good:${FILL.blue};--bad:${FILL.vermillion};--other:${FILL.purple};--bad-soft:#fdf1e7;--good-soft:#e9f2f9;--link:#0b62b8`;
const dark = `--ground:#14171b;--ink:${DARK.ink};--muted:${DARK.muted};--line:${DARK.line};--soft:${DARK.card};--good:#6db3e8;--bad:#f19a5b;--other:#dba0c4;--bad-soft:#33230f;--good-soft:#132a3b;--link:#7cb8f5`;

export const STYLE = `
:root{color-scheme:light dark;${light}}
@media(prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.55 ${FONT};text-rendering:optimizeLegibility;overflow-wrap:break-word}
main{max-width:47rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
main.wide{max-width:76rem}
h1,h2,h3{line-height:1.25;text-wrap:balance;margin:0}
h1{font-size:1.75rem;letter-spacing:-.01em}h2{font-size:1.2rem;margin:2.75rem 0 .75rem}h3{font-size:1rem}
p,ul,ol{margin:0 0 .75rem}ul,ol{padding-left:1.3rem}
a{color:var(--link);text-underline-offset:.15em}
code,pre,.code{font-family:${MONO};font-size:.84em}
code{background:var(--soft);padding:.1em .3em;border-radius:4px}
pre{background:var(--soft);padding:.75rem 1rem;border-radius:6px;overflow-x:auto}pre code{background:none;padding:0;font-size:inherit}
.eyebrow,.muted,footer{color:var(--muted);font-size:.875rem}.eyebrow{margin:0 0 .35rem}h1+p{margin-top:.75rem}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.passed,.good{color:var(--good)}.failed,.partly,.bad{color:var(--bad)}.timeout,.memory,.crashed,.divergence,.refused{color:var(--other)}.infrastructure,.missing{color:var(--muted)}
.state{font-weight:600;white-space:nowrap}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
th,td{padding:.4rem .75rem .4rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th.num,td.num{text-align:right}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--muted);font-weight:500;font-size:.8125rem;border-bottom-color:var(--muted)}
tfoot th,tfoot td{border-bottom:0;border-top:1px solid var(--muted);font-weight:600}
caption{text-align:left;color:var(--muted);font-size:.875rem;padding-bottom:.35rem}
.scroll{overflow-x:auto}
.notice{border:1px solid var(--line);border-left:4px solid var(--muted);border-radius:6px;padding:.75rem 1rem;margin:1.5rem 0}
.notice.bad-news{border-left-color:var(--bad);background:var(--bad-soft)}
.notice>:last-child{margin-bottom:0}
details{margin:.5rem 0}summary{cursor:pointer;color:var(--muted);font-size:.9375rem}
summary:focus-visible,a:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
img{max-width:100%;height:auto}
mark{background:none;color:inherit;font-weight:700;text-decoration:underline;text-decoration-thickness:2px;text-underline-offset:.2em;text-decoration-skip-ink:none}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
footer{margin-top:3.5rem;border-top:1px solid var(--line);padding-top:.75rem}
@media(max-width:30rem){main{padding:1.5rem 1rem 3rem}h1{font-size:1.45rem}}
@media print{:root{color-scheme:light;${light};--ground:#fff}main,main.wide{max-width:none;padding:0}body{font-size:10.5pt}h2,h3{break-after:avoid}tr,img,.keep{break-inside:avoid}a{color:inherit;text-decoration:none}details::details-content{content-visibility:visible;height:auto}}
`;
