// Look and behaviour of the readable page: the dashboard's colours, in light and dark, and nothing from elsewhere.

export const style = `
:root { --paper:#fafaf8; --raised:#fff; --sunken:#f2f2ee; --line:#e6e6e1; --ink:#15181b; --ink-2:#4f555d; --ink-3:#6b7079;
  --accent:#0b766f; --soft:#e2f2f0; --change:#9a5b00; --drop:#b93225; color-scheme:light;
  --mono:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace }
@media (prefers-color-scheme:dark) { :root { --paper:#0f1214; --raised:#151a1c; --sunken:#0b0e0f; --line:#22282b; --ink:#edf0f1;
  --ink-2:#b0b7bd; --ink-3:#868d96; --accent:#4cc9bd; --soft:#12302e; --change:#e8b04b; --drop:#ff8b7d; color-scheme:dark } }
* { box-sizing:border-box }
html { background:var(--paper); scroll-behavior:smooth; scroll-padding-top:24px }
body { margin:0 auto; max-width:1160px; padding:0 28px; display:grid; grid-template-columns:208px minmax(0,1fr); gap:0 56px;
  color:var(--ink); font:400 15px/1.55 Geist,system-ui,-apple-system,"Segoe UI",sans-serif; font-feature-settings:"tnum" }
a { color:inherit; text-decoration:none } a:hover { color:var(--accent) }
:focus-visible { outline:2px solid var(--accent); outline-offset:2px; border-radius:4px }
code, pre { font:13px/1.55 var(--mono) }
nav { position:sticky; top:0; height:100vh; overflow-y:auto; padding:32px 0 48px; font-size:13.5px; scrollbar-width:thin }
nav b { display:block; margin:20px 0 4px; color:var(--ink-3); font-weight:500 }
nav a { display:block; padding:2.5px 0 2.5px 12px; border-left:1px solid var(--line); color:var(--ink-2) }
nav a:hover { border-color:var(--accent) } nav .home { padding:0; border:0; font-weight:600; font-size:15px; color:var(--ink) }
main { padding:32px 0 40vh; min-width:0 }
h1 { margin:0 0 8px; font-size:30px; line-height:1.2; letter-spacing:-.02em; font-weight:600 }
.lead { max-width:62ch; color:var(--ink-2) } .lead p { margin:0 0 10px } .lead a { color:var(--accent) }
h2 { margin:64px 0 0; padding-bottom:8px; border-bottom:1px solid var(--line); font-size:20px; letter-spacing:-.01em; font-weight:600 }
section { padding:28px 0 4px }
h3 { margin:0; display:flex; flex-wrap:wrap; align-items:baseline; gap:2px 10px; font:500 15px/1.5 var(--mono); overflow-wrap:anywhere }
.method { color:var(--accent); min-width:2.6em } .PUT,.POST { color:var(--change) } .DELETE { color:var(--drop) }
.scope { margin-left:auto; padding:0 8px; border-radius:9px; background:var(--sunken); color:var(--ink-3); font:12px/20px var(--mono) }
section > p { margin:6px 0 0; max-width:68ch } section > p + p { color:var(--ink-2); font-size:14px }
table { width:100%; margin:14px 0 0; border-collapse:collapse; font-size:13.5px }
td { padding:6px 14px 6px 0; border-top:1px solid var(--line); vertical-align:top }
td:first-child { width:26%; font:13px/1.55 var(--mono); overflow-wrap:anywhere } td:nth-child(2) { width:24%; color:var(--ink-3) }
td i { color:var(--accent); font-style:normal; font-size:12px } td em { color:var(--ink-3); font-style:normal }
figure { position:relative; margin:14px 0 0 } figcaption { margin-bottom:4px; color:var(--ink-3); font-size:13px }
pre { margin:0; padding:12px 14px; border:1px solid var(--line); border-radius:8px; background:var(--raised); overflow-x:auto; scrollbar-width:thin }
button { position:absolute; right:0; top:-3px; padding:1px 9px; border:1px solid var(--line); border-radius:6px;
  background:var(--raised); color:var(--ink-2); font:12px/20px inherit; cursor:pointer }
button:hover { border-color:var(--accent); color:var(--accent) }
details { margin-top:10px; font-size:13.5px } summary { color:var(--ink-3); cursor:pointer; width:max-content } details pre { margin-top:6px }
@media (max-width:820px) { body { display:block; padding:0 16px } nav { position:static; height:auto; padding:20px 0 0 }
  nav b, nav a:not(.home) { display:none } main { padding-top:12px } td { display:block; width:auto !important; padding:0 0 2px; border:0 }
  td:first-child { border-top:1px solid var(--line); padding-top:8px } td:last-child { padding-bottom:8px } }
@media (prefers-reduced-motion:reduce) { html { scroll-behavior:auto } }
`

/** Examples ask where the page came from; a click copies one. */
export const script = `
for (const code of document.querySelectorAll('figure code'))
  code.textContent = code.textContent.replaceAll('http://localhost:8080', location.origin)
document.addEventListener('click', async ({ target }) => {
  if (target.tagName !== 'BUTTON') return
  await navigator.clipboard.writeText(target.parentElement.querySelector('code').textContent)
  target.textContent = 'Copied'
  setTimeout(() => { target.textContent = 'Copy' }, 1200)
})
`
