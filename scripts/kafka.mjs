// npm run kafka: one broker on this machine, its data kept under var/kafka.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./kafka.ts');
