// Types of the API out of its description, docs/openapi.json, which a test of the workspace keeps true. `npm run check` makes them
// anew each time, so that they are never stale; they are not kept in the repository.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import openapi, { astToString } from 'openapi-typescript';

const description = new URL('../../docs/openapi.json', import.meta.url);
if (!existsSync(description)) {
  console.error('docs/openapi.json is missing: `UPDATE_OPENAPI=1 cargo test -p keepwell-tests openapi` writes it.');
  process.exit(1);
}
const api = JSON.parse(await readFile(description, 'utf8'));

// The console asks for JSON: what an answer also comes as (a table, YAML) is not what it gets.
for (const operation of Object.values(api.paths).flatMap((path) => Object.values(path))) {
  for (const { content } of Object.values(operation.responses ?? {})) {
    if (content?.['application/json'])
      for (const other of Object.keys(content)) if (other !== 'application/json') delete content[other];
  }
}
await writeFile(new URL('../src/api/schema.d.ts', import.meta.url), astToString(await openapi(api)));
