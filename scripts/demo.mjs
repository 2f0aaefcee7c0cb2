// npm run demo: sets everything up and shows a living network.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./demo.ts');
