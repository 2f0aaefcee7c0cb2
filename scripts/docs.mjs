// npm run docs: writes the pages of docs/ that are made from the sources.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./docs.ts');
