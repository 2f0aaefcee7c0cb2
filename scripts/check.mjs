// npm run check: types, lint and unit tests.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./check.ts');
