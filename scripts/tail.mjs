// npm run tail: prints a topic, opened, through EV_Central.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./tail.ts');
