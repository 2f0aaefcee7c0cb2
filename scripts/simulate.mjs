// npm run simulate: the shipped code in one process under simulated faults, many seeds.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('../tests/simulation/command-line.ts');
