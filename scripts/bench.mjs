// npm run bench: measures this network on this machine, and says which goals are met.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./bench.ts');
