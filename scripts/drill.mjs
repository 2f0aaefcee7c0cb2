// npm run drill -- NAME | all: something is broken on purpose in a network of real processes, and what follows is shown.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./drill.ts');
