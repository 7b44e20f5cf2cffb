/** How the page of a report looks: tables of figures first, readable in light, dark and on paper. */
export const STYLE = `
:root{color-scheme:light dark;--ground:#fdfdfc;--ink:#1f2328;--muted:#59636e;--line:#d9dfe5;--code:#f4f6f8;--link:#0b62b8}
@media(prefers-color-scheme:dark){:root{--ground:#14171b;--ink:#e3e7eb;--muted:#a3adb8;--line:#343b43;--code:#1c2127;--link:#7cb8f5}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif}
main{max-width:60rem;margin:0 auto;padding:2.5rem 1.25rem 5rem}
h1,h2,h3{line-height:1.25;margin:2em 0 .6em;text-wrap:balance}
h1{font-size:1.9rem;margin-top:0}h2{font-size:1.4rem;padding-bottom:.25em;border-bottom:1px solid var(--line)}h3{font-size:1.1rem}
p,ul{margin:0 0 1em;max-width:48rem}li{margin:.3em 0}
a{color:var(--link)}
.wide{overflow-x:auto;margin:0 0 1.5em}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.3em .7em;border-bottom:1px solid var(--line);vertical-align:top}
th{text-align:left;font-weight:600;color:var(--muted)}
td strong{white-space:nowrap}
tr:has(>td:first-child>strong)>td{border-top:2px solid var(--line)}
p code{background:var(--code);padding:.1em .3em;border-radius:4px;font-size:.85em}
pre{background:var(--code);padding:.8em 1em;border-radius:6px;overflow-x:auto;font-size:.85rem;line-height:1.45}
code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
img{max-width:100%;height:auto;display:block;margin:0 0 1em}
@media print{
body{font-size:10pt}main{max-width:none;padding:0}p,ul{max-width:none}
h1,h2,h3,p:has(+.wide),p:has(+p>img){break-after:avoid}tr,img{break-inside:avoid}
pre{white-space:pre-wrap;font-size:8pt}.wide{overflow:visible}table{font-size:8.5pt}th,td{padding:.2em .5em}img{max-height:10cm;width:auto}
}
`;
