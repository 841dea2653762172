/** The page's style sheet: no network, light and dark by the reader's setting, one column on a phone. */
export const pageStyle = `
:root{--bg:#fbfcfe;--card:#fff;--text:#1c2430;--muted:#536073;--line:#dde3eb;--accent:#4338ca;--pass:#1a7f4b;--fail:#c0263a;
--warn:#8a5a00;--exempt:#5b6b80;--track:#e6ebf2;--chip:#eef1f6;--shadow:0 1px 2px rgba(20,30,50,.06),0 4px 16px rgba(20,30,50,.05);color-scheme:light dark}
@media(prefers-color-scheme:dark){:root{--bg:#0f141b;--card:#161d27;--text:#e7ecf3;--muted:#a7b3c4;--line:#2a3442;--accent:#a5a0ff;--pass:#5fce94;
--fail:#ff8090;--warn:#f2b45c;--exempt:#9fb0c6;--track:#28323f;--chip:#212b38;--shadow:none}}
*{box-sizing:border-box}html{scroll-behavior:smooth}
@media(prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
a{color:var(--accent)}code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,"Liberation Mono",monospace;font-size:.87em}
main,header .in,nav .in{max-width:1180px;margin:0 auto;padding:0 20px}
.skip{position:absolute;left:-999px}.skip:focus{left:12px;top:12px;background:var(--card);padding:8px 14px;border-radius:8px;z-index:9}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
header{padding:34px 0 18px}header .in{display:flex;gap:28px;align-items:center;justify-content:space-between}
.kicker{margin:0;color:var(--muted);font-size:13px;letter-spacing:.06em;text-transform:uppercase}
h1{margin:2px 0 6px;font-size:34px;line-height:1.15;letter-spacing:-.02em}header p{margin:0;color:var(--muted)}
h2{font-size:21px;margin:44px 0 14px;letter-spacing:-.01em;scroll-margin-top:60px}h3{font-size:16px;margin:0;text-transform:capitalize}
nav{position:sticky;top:0;background:var(--bg);border-bottom:1px solid var(--line);z-index:5}
nav .in{display:flex;gap:22px;overflow-x:auto}nav a{padding:11px 0;color:var(--muted);text-decoration:none;font-weight:500;white-space:nowrap}
nav a:hover{color:var(--text)}
.ring{flex:none;width:124px;height:124px}.ring .n{font-size:34px;font-weight:700;fill:var(--text)}.ring .u{font-size:11px;fill:var(--muted)}
.ring circle{fill:none;stroke-width:9;stroke:var(--track)}.ring .v{stroke-linecap:round}.ring .v.pass{stroke:var(--pass)}.ring .v.warn{stroke:var(--warn)}.ring .v.fail{stroke:var(--fail)}
.grid{display:grid;gap:14px;grid-template-columns:repeat(auto-fit,minmax(150px,1fr))}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:16px 18px;box-shadow:var(--shadow)}
.tile b{display:block;font-size:27px;line-height:1.2;letter-spacing:-.02em}.tile span{color:var(--muted);font-size:13.5px}
.scroll{overflow-x:auto;border-radius:10px}.scroll .topology{display:block;width:100%;min-width:820px;height:auto}
.legend{display:flex;flex-wrap:wrap;gap:6px 18px;margin:12px 2px 0;padding:0;list-style:none;color:var(--muted);font-size:13.5px}
.legend i{display:inline-block;width:22px;border-top:2px solid;margin-right:7px;vertical-align:middle}.legend .dash{border-top-style:dashed}
.bar{display:flex;height:7px;border-radius:99px;overflow:hidden;background:var(--track);margin:10px 0 8px}.bar i{display:block;height:100%}
.bar .pass{background:var(--pass)}.bar .fail{background:var(--fail)}.bar .warn{background:var(--warn)}.bar .exempt{background:var(--exempt)}
.counts{color:var(--muted);font-size:13.5px}.counts b{color:var(--text)}
details.check{border-top:1px solid var(--line)}details.check:first-of-type{border-top:0}
details.check>summary{display:flex;gap:10px;align-items:center;padding:9px 2px;cursor:pointer;list-style:none}
details.check>summary::-webkit-details-marker{display:none}
details.check>summary::before{content:"›";color:var(--muted);font-size:17px;width:10px;transition:transform .12s}details.check[open]>summary::before{transform:rotate(90deg)}
.grow{flex:1;min-width:0;overflow-wrap:anywhere}.body{padding:2px 2px 14px 20px;color:var(--muted);overflow-wrap:anywhere}.body p{margin:4px 0 8px}.body ul{margin:0;padding-left:18px}.body li{margin:3px 0}
.body b{color:var(--text);font-weight:600}
.chip{font-size:12px;padding:1px 9px;border-radius:99px;background:var(--chip);color:var(--muted);white-space:nowrap}
.pass-t{color:var(--pass)}.fail-t{color:var(--fail)}.warn-t{color:var(--warn)}.exempt-t{color:var(--exempt)}.st{width:18px;text-align:center;font-weight:700}
.category{margin-bottom:14px}.category header{padding:0;display:block}
.tools{display:flex;gap:12px;align-items:center;flex-wrap:wrap;margin-bottom:12px}
.tools label{flex:1;min-width:220px}.tools input,.tools select{width:100%;font:inherit;color:inherit;background:var(--card);border:1px solid var(--muted);border-radius:10px;padding:9px 12px}
.tools select{width:auto}.tools output{color:var(--muted);font-size:13.5px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
table{border-collapse:collapse;width:100%;font-size:14px}th{text-align:left;color:var(--muted);font-weight:500;font-size:13px}
th,td{padding:7px 10px;border-bottom:1px solid var(--line);vertical-align:top}td{overflow-wrap:anywhere}tr:last-child td{border-bottom:0}
.plain>summary{cursor:pointer;color:var(--muted);margin-top:12px}footer{max-width:1180px;margin:44px auto 0;padding:18px 20px 40px;color:var(--muted);font-size:13.5px;border-top:1px solid var(--line)}
@media(max-width:640px){header{padding-top:22px}header .in{gap:14px}h1{font-size:26px}.ring{width:92px;height:92px}.grid{grid-template-columns:1fr 1fr}.tile b{font-size:22px}
.card{padding:13px 14px}.scroll{margin:0 -6px}.scroll .topology{min-width:1240px}#resources thead,.flows thead{display:none}#resources tr,.flows tr{display:block;padding:8px 0;border-bottom:1px solid var(--line)}
#resources td,.flows td{display:block;border:0;padding:1px 6px}}
@media print{nav,.tools{display:none}.card{box-shadow:none;break-inside:avoid}}
[hidden]{display:none!important}`;

/** Search over the resources: rows are in the page already, so that it reads without a script too. */
export const pageScript = `
for(const box of document.querySelectorAll(".scroll"))box.scrollLeft=(box.scrollWidth-box.clientWidth)/2;
(()=>{const q=document.getElementById("q"),f=document.getElementById("kind"),out=document.getElementById("shown");if(!q)return;
const rows=[...document.querySelectorAll("#resources tbody tr")].map(e=>({e,text:e.textContent.toLowerCase(),c:e.dataset.c||""}));
const show=()=>{const words=q.value.toLowerCase().split(/\\s+/).filter(Boolean);let n=0;
for(const r of rows){const ok=words.every(w=>r.text.includes(w))&&(!f||!f.value||r.c.split(" ").includes(f.value));r.e.hidden=!ok;if(ok)n++}
out.textContent=n+" of "+rows.length+" resources"};
q.addEventListener("input",show);if(f)f.addEventListener("change",show);
document.addEventListener("keydown",e=>{const t=e.target;if(e.key==="/"&&!(t instanceof HTMLInputElement)){e.preventDefault();q.focus()}
if(e.key==="Escape"&&t===q){q.value="";show()}});show()})();`;
