// All benches, in the order in which they run.
import type { Bench } from './bench.ts';
import { latencyBench } from './latency.ts';
import { partsBench } from './parts.ts';
import { steadyBench } from './steady.ts';

export const BENCHES: readonly Bench[] = [steadyBench, latencyBench, partsBench];
