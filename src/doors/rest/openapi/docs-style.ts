import { createHash } from 'node:crypto';

export const DOCS_STYLE = `
:root { color-scheme: light dark; --line: #8885; --soft: #8882; --accent: #2563eb; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 2.25rem 0 .25rem; }
a { color: var(--accent); } nav ul { columns: 2; padding-left: 1.2rem; } nav li { break-inside: avoid; }
code, pre { font: 13px/1.5 ui-monospace, monospace; } code { background: var(--soft); padding: .1em .3em; border-radius: 3px; }
pre { background: var(--soft); padding: .75rem; overflow-x: auto; border-radius: 6px; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; display: block; overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
.method { display: inline-block; min-width: 4.2rem; font-weight: 600; color: var(--accent); }
.path { overflow-wrap: anywhere; background: none; font-size: 14px; } .note { opacity: .75; }
`;

/** No scripts, nothing from elsewhere, and only this style. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(DOCS_STYLE).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
