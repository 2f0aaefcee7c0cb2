// npm run doctor: what is missing on this machine, with the command that mends it.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./doctor.ts');
