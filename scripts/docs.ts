// `npm run docs`: writes the pages of docs/ that are made from the sources. `--check` writes nothing and fails when a
// page is not what the sources say.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { madePages } from './docs/made-pages.ts';

const ROOT = join(import.meta.dirname, '..');
const onlyCheck = process.argv.includes('--check');

for (const { path, text } of madePages(ROOT)) {
  const file = join(ROOT, path);
  if (present(file) === text) {
    console.log(`${path} is up to date`);
  } else if (onlyCheck) {
    console.error(`${path} is not what the sources say: run “npm run docs”`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    console.log(`${path} written`);
  }
}

function present(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
