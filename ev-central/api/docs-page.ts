// The document in a browser, at /docs: swagger-ui's own files, from the package, so that it works without a network.
// Its pages may run scripts of this server; nothing else of the API may be a page at all.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type DocsFile = { readonly type: string; readonly bytes: Buffer };

export const DOCS_POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
  + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="UTF-8">
<title>EV network: REST API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/begin.js"></script>
</body>
</html>
`;
const BEGIN = `window.addEventListener('load', () => {
  SwaggerUIBundle({
    url: '/api/v1/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null,
    persistAuthorization: false,
  });
});
`;
const PACKAGED: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const files = new Map<string, DocsFile>();

/** A file of the pages; `` is the page itself. Undefined: there is none. Each is read once. */
export function docsFile(name: string): DocsFile | undefined {
  const known = files.get(name);
  if (known !== undefined) return known;
  const file = readDocsFile(name);
  if (file !== undefined) files.set(name, file);
  return file;
}

function readDocsFile(name: string): DocsFile | undefined {
  if (name === '') return { type: 'text/html; charset=utf-8', bytes: Buffer.from(PAGE) };
  if (name === 'begin.js') return { type: 'text/javascript; charset=utf-8', bytes: Buffer.from(BEGIN) };
  const type = Object.hasOwn(PACKAGED, name) ? PACKAGED[name] : undefined;
  if (type === undefined) return undefined;
  const folder = join(dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui')), 'static');
  return { type, bytes: readFileSync(join(folder, name)) };
}
