// npm run trace -- ID: the path of one correlation id through the logs.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./trace.ts');
