// npm run forecast -- FILE: how well the forecast of figures does on recorded sessions.
import { runUnderProjectNode } from './setup.mjs';

await runUnderProjectNode('./forecast.ts');
