// npm test: every test, with a real broker started for it.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./test.ts');
