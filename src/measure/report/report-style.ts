// The report's only style: light, dark and paper. No font, image or rule is fetched.

/** Style of the page; contrast of text is at least 4.5 to 1 in both schemes (WCAG 2.2, 1.4.3). */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ink:#1b1d21;--dim:#575c66;--paper:#fff;--line:#d9dce2;--mean:#1f5fbf;--bound:#a8480a;--spec:#6a6f7a;--began:#b3123a;--good:#176b37}
@media (prefers-color-scheme:dark){:root{--ink:#e8eaee;--dim:#a9afba;--paper:#15171b;--line:#343841;--mean:#7fb0ff;--bound:#f0a35e;--spec:#9aa0ab;--began:#ff7a98;--good:#6fd195}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:72rem;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
p{margin:.4rem 0;overflow-wrap:anywhere}footer,figcaption{color:var(--dim);font-size:.85rem}
.alarm{color:var(--began);font-weight:600}.quiet{color:var(--good);font-weight:600}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,18rem),1fr));gap:1rem}
figure{margin:0;border:1px solid var(--line);border-radius:.5rem;padding:.6rem;break-inside:avoid}
figcaption b{display:block;color:var(--ink);font-size:.95rem}
svg{width:100%;height:auto;display:block;margin-top:.3rem}svg text{font:9px system-ui,sans-serif;fill:var(--dim)}
svg line{stroke:var(--line);stroke-width:1}svg .bound{stroke:var(--bound);stroke-dasharray:5 3;stroke-width:1.5}svg .declared{stroke:var(--bound);stroke-width:1.5}svg .changed{stroke:var(--began);stroke-dasharray:1 4;stroke-width:1}
svg .spec{stroke:var(--spec);stroke-dasharray:1 3;stroke-width:1.5}svg .began{stroke:var(--began);stroke-width:2}
svg .mean{fill:none;stroke:var(--mean);stroke-width:2;stroke-linejoin:round}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--dim)}code{font:.9em ui-monospace,monospace}
.key{white-space:nowrap;border-bottom:3px solid}.key.mean{border-color:var(--mean)}.key.bound{border-color:var(--bound);border-bottom-style:dashed}.key.declared{border-color:var(--bound)}.key.changed{border-color:var(--began);border-bottom-style:dotted}.key.spec{border-color:var(--spec);border-bottom-style:dotted}.key.began{border-color:var(--began)}
@media print{:root{--ink:#000;--dim:#333;--paper:#fff;--line:#bbb;--mean:#1f5fbf;--bound:#a8480a;--spec:#555;--began:#b3123a;--good:#176b37}body{max-width:none;padding:0;font-size:10pt}.figures{grid-template-columns:repeat(3,1fr)}section{break-inside:auto}h2{break-after:avoid}tr{break-inside:avoid}.wide{overflow:visible}}
`;
