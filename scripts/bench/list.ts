// All benches, in the order in which they run.
import { apiBench } from './api.ts';
import type { Bench } from './bench.ts';
import { figuresBench } from './figures.ts';
import { ingestAllBench, ingestBench } from './ingest.ts';
import { latencyBench } from './latency.ts';
import { memoryBench } from './memory.ts';
import { partsBench } from './parts.ts';
import { recoveryBench } from './recovery.ts';
import { reservationsBench } from './reservations.ts';
import { startBench } from './start.ts';
import { steadyBench } from './steady.ts';
import { stormBench } from './storm.ts';

export const BENCHES: readonly Bench[] = [
  ingestBench, ingestAllBench, steadyBench, latencyBench, stormBench, recoveryBench, startBench, memoryBench,
  partsBench, apiBench, figuresBench, reservationsBench,
];
