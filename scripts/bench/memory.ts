// `memory`: what a thousand points more cost in each process: the difference between a small and a large network, whose
// points are all in service and quiet.
import { setTimeout as pause } from 'node:timers/promises';
import { type Bench, type Figures, scaled, type Stage } from './bench.ts';
import { startFleets } from './fleets.ts';
import { residentMb } from './machine.ts';
import { centralPid } from './processes.ts';

const FEW = 10;
const MANY = 4_010;
/** So that what the start has left behind is collected. */
const SETTLE_MS = 30_000;

export const memoryBench: Bench = {
  name: 'memory',
  what: 'memory of each process for 1,000 points, in service and quiet: printed only',
  rows: [
    { row: 'memory-central', what: 'EV_Central, for 1,000 points', unit: 'MB', better: 'lower' },
    { row: 'memory-engines', what: 'an engine process, for 1,000 points', unit: 'MB', better: 'lower' },
    { row: 'memory-monitors', what: 'a monitor process, for 1,000 points', unit: 'MB', better: 'lower' },
    { row: 'memory-central-alone', what: 'EV_Central with 10 points', unit: 'MB', better: 'lower' },
    { row: 'memory-engines-alone', what: 'an engine process with 10 points', unit: 'MB', better: 'lower' },
    { row: 'memory-monitors-alone', what: 'a monitor process with 10 points', unit: 'MB', better: 'lower' },
  ],
  run,
};

type Memory = { readonly central: number; readonly engines: number; readonly monitors: number };

async function run(stage: Stage): Promise<Figures> {
  const many = scaled(MANY, stage, FEW + 10);
  const small = await memoryOf(stage, FEW, 'few');
  const large = await memoryOf(stage, many, 'many');
  const perThousand = (name: keyof Memory): number => ((large[name] - small[name]) * 1_000) / (many - FEW);
  return {
    'memory-central': { value: perThousand('central') }, 'memory-engines': { value: perThousand('engines') },
    'memory-monitors': { value: perThousand('monitors') }, 'memory-central-alone': { value: small.central },
    'memory-engines-alone': { value: small.engines }, 'memory-monitors-alone': { value: small.monitors },
  };
}

async function memoryOf(stage: Stage, points: number, name: string): Promise<Memory> {
  const fleets = await startFleets(stage, { points, connectorsOfPoint: 1 }, { name });
  await pause(SETTLE_MS * stage.scale);
  const sum = (processes: readonly { readonly pid: number }[]): number =>
    processes.reduce((total, { pid }) => total + residentMb(pid), 0);
  const central = residentMb(centralPid(fleets.network.central));
  const memory = { central, engines: sum(fleets.engines), monitors: sum(fleets.monitors) };
  await fleets.network.stop();
  return memory;
}
