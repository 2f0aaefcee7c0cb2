// All benches, in the order in which they run.
import type { Bench } from './bench.ts';
import { partsBench } from './parts.ts';

export const BENCHES: readonly Bench[] = [partsBench];
