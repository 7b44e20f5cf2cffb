/** Rules of the feedback page alone. */
import { FONT } from "../../../src/plots/theme.ts";

export const FEEDBACK_STYLE = `
h1+.who{color:var(--muted);margin:.35rem 0 0}
.score{font-size:2.75rem;font-weight:650;letter-spacing:-.02em;line-height:1.1;margin:1.75rem 0 .6rem;font-variant-numeric:tabular-nums}
.score small{font-size:1.125rem;font-weight:400;letter-spacing:0;color:var(--muted)}
.bar{display:flex;gap:3px;height:.75rem;margin:0 0 .9rem}
.bar>span{background:var(--line);border-radius:3px;overflow:hidden;min-width:4px}
.bar>span>span{display:block;height:100%;background:var(--good)}
.sum{max-width:30rem;margin:1rem 0 0}
.first-steps{list-style:none;padding:0;margin:0}
.first-steps li{display:grid;grid-template-columns:1fr auto;gap:.1rem 1rem;padding:.6rem 0;border-bottom:1px solid var(--line)}
.first-steps .num{grid-column:2}
.first-steps p{margin:0}
.part>header{display:flex;justify-content:space-between;align-items:baseline;gap:1rem;margin:2.75rem 0 .75rem;padding-bottom:.35rem;border-bottom:2px solid var(--line)}
.part>header h2{margin:0}.part>header p{margin:0;white-space:nowrap;font-variant-numeric:tabular-nums;color:var(--muted)}.part>header b{color:var(--ink);font-size:1.125rem}
.test{border-left:3px solid var(--line);padding:.1rem 0 .1rem 1rem;margin:1.25rem 0}
.test.failed,.test.partly{border-color:var(--bad)}.test.timeout,.test.memory,.test.crashed,.test.divergence{border-color:var(--other)}
.test,.test p,.test .state{color:var(--ink)}
.test>header{display:grid;grid-template-columns:auto 1fr auto;gap:.1rem .75rem;align-items:baseline;margin-bottom:.4rem}
.test.failed>header .state,.test.partly>header .state{color:var(--bad)}
.test.timeout>header .state,.test.memory>header .state,.test.crashed>header .state,.test.divergence>header .state{color:var(--other)}
.test h3{font-weight:600}.test p{margin-bottom:.4rem}
.tag{color:var(--muted);font-size:.8125rem;font-weight:400;white-space:nowrap}
.clause{display:grid;grid-template-columns:auto 1fr;gap:.75rem;font-size:.9375rem;color:var(--muted)}
.clause b{color:var(--ink)}
.input{display:grid;grid-template-columns:auto minmax(0,1fr);gap:.75rem;font-size:.9375rem;margin-top:.5rem}
.input pre{margin:0;padding:.15rem 0;background:none;font-size:.8125rem;line-height:1.5;min-width:0}
.compare{table-layout:fixed;font-size:.8125rem;margin:.6rem 0;border:1px solid var(--line);border-radius:6px;border-collapse:separate;border-spacing:0;overflow:hidden}
.compare th,.compare td{padding:.25rem .6rem;border-bottom:0;overflow-wrap:anywhere;white-space:pre-wrap}
.compare .code{font-size:.8125rem;line-height:1.5}
.compare thead th{background:var(--soft);border-bottom:1px solid var(--line)}
.compare .n{width:2.75rem;color:var(--muted);text-align:right;font-weight:400;padding-right:.25rem;user-select:none}
.compare .first td,.compare .first th{background:var(--bad-soft)}
.compare .after{color:var(--muted)}
.compare .gap td{color:var(--muted);font-family:inherit;padding:.15rem .6rem}
.here{display:block;color:var(--bad);font-family:${FONT};font-weight:600;font-size:.75rem}
.passes{list-style:none;padding:0;margin:.5rem 0 0;font-size:.9375rem}
.passes li{display:grid;grid-template-columns:auto 1fr auto;gap:.75rem;padding:.2rem 0}
.question{margin:0 0 2.5rem}
.in-time{margin-top:2rem}
.answer{border-left:3px solid var(--line);padding-left:1rem;margin:.75rem 0 1rem}
.answer>:last-child{margin-bottom:0}
.comment{display:block;color:var(--muted)}
@media(max-width:34rem){
.input{grid-template-columns:minmax(0,1fr);gap:.1rem}
.score{font-size:2.25rem}
.test>header{grid-template-columns:1fr auto}.test h3{grid-row:2;grid-column:1/-1}
.compare thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.compare tr{display:grid;grid-template-columns:2.25rem 1fr}
.compare th,.compare td{padding:.2rem .5rem}
.compare .n{width:auto}
.compare td{grid-column:2}
.compare .same td:nth-child(3){display:none}
.compare .first td::before,.compare .after td::before{content:attr(data-side);display:block;color:var(--muted);font-size:.6875rem;font-family:${FONT};text-decoration:none}
.compare .gap td{grid-column:1/-1}
}
@media print{.input pre{white-space:pre-wrap}.test{break-inside:avoid}.bar>span{border:1px solid #999}.bar>span>span,.compare .first td{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
