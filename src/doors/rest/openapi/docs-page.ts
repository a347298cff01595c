import type { OpenApi } from './describe-api.js';
import { docsOperation, type Placed } from './docs-operation.js';
import { DOCS_STYLE } from './docs-style.js';
import { markup, Markup } from './markup.js';

/** The API's description as one page: a contents list, then each operation with fields and an example. */
export function docsPage(api: OpenApi): string {
  const placed = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Placed => ({ method: method.toUpperCase(), path, operation })),
  );
  const groups = api.tags
    .map((tag) => ({ ...tag, members: placed.filter(({ operation }) => operation.tags.includes(tag.name)) }))
    .filter(({ members }) => members.length > 0);
  const { title, version, description } = api.info;
  const contents = groups.map(({ name, members }) => markup`<h4>${name}</h4>\n<ul>${members.map(contentsLine)}</ul>\n`);
  const chapters = groups.map(
    (group) =>
      markup`<h2>${group.name}</h2>\n<p>${group.description}</p>\n${group.members.map((member) => docsOperation(member, api))}`,
  );
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} API</title>
<style>${new Markup(DOCS_STYLE)}</style>
</head>
<body>
<h1>${title} API</h1>
<p class="note">Version ${version}. The same as <a href="openapi.json">OpenAPI 3.1</a>.</p>
<p>${description}</p>
<nav>
${contents}</nav>
<main>
${chapters}</main>
</body>
</html>
`.text;
}

function contentsLine({ operation: { operationId, summary } }: Placed): Markup {
  return markup`<li><a href="#${operationId}">${summary}</a></li>`;
}
