// node scripts/gateway.mjs: the local payment gateway, for demo and tests.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./gateway.ts');
