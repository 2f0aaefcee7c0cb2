// npm run replay -- FILE: drives recorded charging sessions through a network of real processes.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./replay.ts');
