// npm run bench: runs benches on this machine, each several times, and prints a table; with `--json` the rows as one
// array on the last line. Everything is in one temporary folder, on a broker of its own, and ends with the command.
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { Failure } from '../shared/failure.ts';
import { describeError } from '../shared/log.ts';
import { chooseBroker, type ChosenBroker } from './broker-choice.ts';
import { emptyFolder } from './empty-folder.ts';
import type { Bench, Figures, Stage } from './bench/bench.ts';
import { BENCHES } from './bench/list.ts';
import { machine, machineLines } from './bench/machine.ts';
import { type ResultRow, resultRows, tableLines } from './bench/table.ts';
import { Network } from './network/network.ts';
import { inPlainWords, untilAskedToEnd } from './plain-words.ts';

const RUNS = 3;
const MAX_RUNS = 100;
const FAILED_STATUS = 1;
const INTERRUPTED_STATUS = 130;

type Options = {
  readonly json?: boolean; readonly list?: boolean; readonly runs: number; readonly scale: number;
  readonly keep?: string; readonly profile?: string;
};
type Say = (line: string) => void;
type Where = { readonly dir: string; readonly keep: boolean; readonly ended: AbortSignal; readonly say: Say };
type Outcome = { readonly rows: readonly ResultRow[]; readonly failed: readonly string[] };

await inPlainWords(async () => {
  const command = new Command('npm run bench --')
    .description('Measures the network on this machine: broker, fleets and EV_Central all run on it.')
    .argument('[names...]', 'which benches (--list shows them); default: all')
    .option('--json', 'print the rows as one JSON array on the last line; all else goes to stderr')
    .option('--list', 'say which benches there are')
    .option('--runs <number>', 'how often each runs', parseRuns, RUNS)
    .option('--scale <share>', 'a trial with a share of the load, such as 0.1: its figures say nothing', parseScale, 1)
    .option('--keep <folder>', 'keep databases, journals and logs there')
    .option('--profile <folder>', 'leave a CPU profile of each process there, for a browser’s developer tools')
    .showHelpAfterError('(--help shows how)')
    .parse();
  const { json = false, list = false, runs, scale, keep, profile } = command.opts<Options>();
  const benches = chosen(command.args);
  if (list) {
    for (const { name, what } of benches) console.log(`${name.padEnd(12)} ${what}`);
    return 0;
  }
  // Every process that is started from here inherits it.
  if (profile !== undefined) process.env['NODE_OPTIONS'] = `--cpu-prof --cpu-prof-dir=${resolve(profile)}`;
  const stream = json ? process.stderr : process.stdout;
  const say: Say = (line) => void stream.write(`${line}\n`);
  for (const line of machineLines(machine())) say(line);
  if (scale !== 1) say(`At ${scale} of the load: a trial, whose figures say nothing about the goals.`);
  const outcome = await inFolder(keep, say, (where) => runAll(benches, { runs, scale }, where));
  if (outcome === 'interrupted') {
    say('Interrupted: everything is ended.');
    return INTERRUPTED_STATUS;
  }
  say('');
  for (const line of tableLines(outcome.rows)) say(line);
  for (const line of outcome.failed) say(line);
  if (json) process.stdout.write(`${JSON.stringify(outcome.rows)}\n`);
  return outcome.failed.length === 0 ? 0 : FAILED_STATUS;
});

/** Runs each bench; one that fails is named, and the others run nevertheless. */
async function runAll(
  benches: readonly Bench[], { runs, scale }: { runs: number; scale: number }, where: Where,
): Promise<Outcome> {
  const rows: ResultRow[] = [];
  const failed: string[] = [];
  for (const bench of benches) {
    const figures: Figures[] = [];
    try {
      await onBroker(bench, where, async (broker) => {
        for (let run = 1; run <= runs; run += 1) {
          where.say(`\n${bench.name}, run ${run} of ${runs}: ${bench.what}`);
          figures.push(await runOnce(bench, { broker, scale, dir: join(where.dir, `${bench.name}-${run}`) }, where));
        }
      });
    } catch (error) {
      where.ended.throwIfAborted();
      failed.push(`${bench.name} failed in run ${figures.length + 1}: ${describeError(error)}`);
      where.say(failed.at(-1) ?? '');
    }
    rows.push(...resultRows(bench, figures));
    for (const line of tableLines(resultRows(bench, figures))) where.say(line);
  }
  return { rows, failed };
}

async function onBroker(bench: Bench, where: Where, work: (broker: ChosenBroker) => Promise<void>): Promise<void> {
  const dir = join(where.dir, `${bench.name}-broker`);
  const broker = await chooseBroker({ dir, log: where.say });
  try {
    where.ended.throwIfAborted();
    await work(broker);
  } finally {
    await broker.stop();
    if (!where.keep) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** One run: whatever it has started is ended before this settles, also at Ctrl-C. */
async function runOnce(
  bench: Bench, { broker, scale, dir }: Pick<Stage, 'broker' | 'scale' | 'dir'>, { ended, keep, say }: Where,
): Promise<Figures> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const ends: (() => void | Promise<void>)[] = [];
  const topicPrefix = `bench-${randomBytes(5).toString('hex')}`;
  const stage: Stage = {
    dir, broker, topicPrefix, scale, ended, say: (line) => say(`  ${line}`),
    network: (options = {}) => {
      const network = new Network({ dir, brokers: broker.brokers, topicPrefix, ...options });
      ends.push(() => network.stop());
      return network;
    },
    defer: (end) => void ends.push(end),
  };
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(new Error('interrupted'));
  ended.addEventListener('abort', abort);
  const running = bench.run(stage);
  running.catch(() => undefined); // after Ctrl-C nobody waits for it
  try {
    const figures = await Promise.race([running, aborted.promise]);
    const missing = bench.rows.find(({ row }) => !Number.isFinite(figures[row]?.value));
    if (missing !== undefined) throw new Error(`it gave no figure for ${missing.row}`);
    return figures;
  } finally {
    ended.removeEventListener('abort', abort);
    for (const end of ends.reverse()) await end();
    if (!keep) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Does the work in a folder; at Ctrl-C it is ended first. The folder is removed unless it was named. */
async function inFolder<T>(
  keep: string | undefined, say: Say, work: (where: Where) => Promise<T>,
): Promise<T | 'interrupted'> {
  const dir = keep === undefined ? await mkdtemp(join(tmpdir(), 'ev-bench-')) : await emptyFolder(keep);
  const end = new AbortController();
  void untilAskedToEnd().then(() => end.abort());
  try {
    return await work({ dir, keep: keep !== undefined, ended: end.signal, say });
  } catch (error) {
    if (end.signal.aborted) return 'interrupted';
    throw error;
  } finally {
    if (keep === undefined) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

function chosen(names: readonly string[]): readonly Bench[] {
  if (names.length === 0) return BENCHES;
  const known = BENCHES.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Failure('bad-configuration', `there is no bench “${unknown}”; there are ${known.join(', ')}`);
  }
  return BENCHES.filter(({ name }) => names.includes(name));
}

function parseRuns(text: string): number {
  const runs = Number(text);
  if (Number.isInteger(runs) && runs > 0 && runs <= MAX_RUNS) return runs;
  throw new InvalidArgumentError(`it is a number from 1 to ${MAX_RUNS}.`);
}

function parseScale(text: string): number {
  const scale = Number(text);
  if (Number.isFinite(scale) && scale > 0 && scale <= 1) return scale;
  throw new InvalidArgumentError('it is above 0 and at most 1.');
}
