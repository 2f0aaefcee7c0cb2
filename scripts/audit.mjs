// node scripts/audit.mjs: the known faults of the packages that we depend on.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./audit.ts');
