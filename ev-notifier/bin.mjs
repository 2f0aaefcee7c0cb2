#!/usr/bin/env node
// Starts EV_Notifier under a Node that runs TypeScript; an older one is refused in plain words before anything else loads.
import { startUnderProjectNode } from '../scripts/project-node.mjs';

await startUnderProjectNode(new URL('./main.ts', import.meta.url).href);
