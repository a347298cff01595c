import type { OpenApi } from './describe-api.js';
import { DOCS_STYLE } from './docs-style.js';
import { docsOperation, type Placed } from './docs-operation.js';
import { html, Markup } from './html.js';

/** The API's description as one page: a contents list, then each operation with fields and an example. */
export function docsPage(api: OpenApi): string {
  const placed = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Placed => ({ method: method.toUpperCase(), path, operation })),
  );
  const groups = api.tags
    .map((tag) => ({ ...tag, members: placed.filter(({ operation }) => operation.tags.includes(tag.name)) }))
    .filter(({ members }) => members.length > 0);
  const { title, version, description } = api.info;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} API</title>
        <style>
          ${new Markup(DOCS_STYLE)}
        </style>
      </head>
      <body>
        <h1>${title} API</h1>
        <p class="note">Version ${version}. The same as <a href="openapi.json">OpenAPI 3.1</a>.</p>
        <p>${description}</p>
        <nav>
          ${groups.map(
            ({ name, members }) =>
              html`<h4>${name}</h4>
                <ul>
                  ${members.map(contentsLine)}
                </ul>`,
          )}
        </nav>
        <main>
          ${groups.map(
            ({ name, description, members }) =>
              html`<h2>${name}</h2>
                <p>${description}</p>
                ${members.map((member) => docsOperation(member, api))}`,
          )}
        </main>
      </body>
    </html> `;
  return page.text;
}

function contentsLine({ operation: { operationId, summary } }: Placed): Markup {
  return html`<li><a href="#${operationId}">${summary}</a></li>`;
}
