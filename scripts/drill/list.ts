// Every drill, in the order of the report: one import and one line a drill.
import type { Drill } from './drill.ts';
import { killEngine } from './drills/kill-engine.ts';

export const DRILLS: readonly Drill[] = [
  killEngine,
];
