// npm run replay -- FILE: drives recorded charging sessions through a network of real processes and reconciles what
// Central has stored with the file. Everything is in one temporary folder, and ends with the command.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { Failure } from '../shared/failure.ts';
import { chooseBroker, type ChosenBroker } from './broker-choice.ts';
import { emptyFolder } from './empty-folder.ts';
import { findInvoices, ISSUER_FILE, ledgerProblems, readFigures } from './network/books.ts';
import type { ManagedProcess } from './network/managed-process.ts';
import { Network } from './network/network.ts';
import { inPlainWords, untilAskedToEnd } from './plain-words.ts';
import { networkOf, type ReplayNetwork } from './replay/network-of-replay.ts';
import { assertPlan, planReplay, type Plan } from './replay/plan.ts';
import { showProgress } from './replay/progress-line.ts';
import { recomputedSchema, reconcile, reconciliationLines, storedEventSchema, storedSessionSchema,
  storedTicketSchema, type Measured, type Reconciliation, type Stored } from './replay/reconciliation.ts';
import { type BadRow, readRecordedSessions } from './replay/recorded-sessions.ts';
import { ReplayRun } from './replay/replay-run.ts';

/** Real time; the recorded hours pass in the points' clocks alone. A busy machine must not make a plug-in late. */
const CENTRAL_ARGS = ['--plug-timeout', '600', '--command-timeout', '60', '--hold', '20000', '--issuer', ISSUER_FILE];
const READY_MS = 60_000;
const ALL_ROWS = '1000000';
const BAD_ROWS_SHOWN = 20;
const POLL_MS = 250;
const DIFFERS_STATUS = 1;
const INTERRUPTED_STATUS = 130;

type Options = { readonly json?: boolean; readonly limit?: number; readonly keep?: string };
type Say = (line: string) => void;
type Work = {
  readonly plan: Plan; readonly skipped: readonly BadRow[]; readonly startedMs: number;
  readonly say: Say; readonly stream: NodeJS.WriteStream;
};

await inPlainWords(async () => {
  const command = new Command('npm run replay --')
    .description('Drives recorded charging sessions through a network of real processes and reconciles every ticket.')
    .argument('<file>', 'CSV with the columns sessionId, kwhTotal, created, ended, userId, stationId, locationId')
    .option('--json', 'print the summary as one JSON object on the last line; all else goes to stderr')
    .option('--limit <number>', 'only the first so many sessions of the file', parseCount)
    .option('--keep <folder>', 'keep database, journals and logs there')
    .showHelpAfterError('(--help shows how)')
    .parse();
  const startedMs = performance.now();
  const { json = false, limit = Infinity, keep = null } = command.opts<Options>();
  const file = command.args[0] ?? '';
  const { sessions, bad } = readRecordedSessions(readText(file), file);
  const plan = planReplay(sessions.slice(0, limit));
  assertPlan(plan);
  const stream = json ? process.stderr : process.stdout;
  const say: Say = (line) => void stream.write(`${line}\n`);
  for (const row of bad.slice(0, BAD_ROWS_SHOWN)) say(`Line ${row.line}: ${row.reason}: skipped.`);
  if (bad.length > BAD_ROWS_SHOWN) say(`… and ${bad.length - BAD_ROWS_SHOWN} more rows skipped.`);

  const reconciliation = await inFolder(keep, (dir, parts) =>
    replay(dir, parts, { plan, skipped: bad, startedMs, say, stream }));
  if (reconciliation === 'interrupted') {
    say('Interrupted: everything is ended.');
    return INTERRUPTED_STATUS;
  }
  say('');
  for (const line of reconciliationLines(reconciliation, plan)) say(line);
  if (json) process.stdout.write(`${JSON.stringify(reconciliation.summary)}\n`);
  return reconciliation.summary.ok ? 0 : DIFFERS_STATUS;
});

/** What has to be ended, whatever happens. */
type Parts = { broker: Promise<ChosenBroker> | null; network: Network | null; readonly ended: AbortSignal };

/** Does the work in a folder; at Ctrl-C, and in any case at the end, everything in it is ended and removed. */
async function inFolder<T>(
  keep: string | null, work: (dir: string, parts: Parts) => Promise<T>,
): Promise<T | 'interrupted'> {
  const asked = untilAskedToEnd().then(() => 'interrupted' as const);
  const dir = keep === null ? await mkdtemp(join(tmpdir(), 'ev-replay-')) : await emptyFolder(keep);
  const end = new AbortController();
  const parts: Parts = { broker: null, network: null, ended: end.signal };
  try {
    const worked = work(dir, parts);
    worked.catch(() => undefined); // after Ctrl-C nobody waits for it
    return await Promise.race([worked, asked]);
  } finally {
    end.abort();
    await parts.network?.stop();
    await parts.broker?.then((broker) => broker.stop(), () => undefined);
    if (keep === null) await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function replay(dir: string, parts: Parts, work: Work): Promise<Reconciliation> {
  const { plan, say } = work;
  const wanted = networkOf(plan);
  say(`${plan.sessions.length} sessions of ${wanted.driverIds.length} drivers at ${wanted.pointIds.length} stations of `
    + `${wanted.file.sites.length} sites; ${plan.queued} will have to wait in a queue.`);
  parts.broker = chooseBroker({ dir: join(dir, 'kafka'), log: say });
  const { brokers } = await parts.broker;
  parts.ended.throwIfAborted();
  const network = new Network({
    dir, brokers, topicPrefix: `replay-${randomBytes(5).toString('hex')}`,
    centralArgs: CENTRAL_ARGS,
  });
  parts.network = network;
  const file = join(dir, 'network.json');
  await writeFile(file, JSON.stringify(wanted.file));
  await network.load(file);
  const { engine, drivers } = await startAll(network, wanted, say);
  const run = new ReplayRun({ plan, engine, drivers });
  parts.ended.addEventListener('abort', () => run.cancel());
  const endProgress = showProgress(() => run.counts(), work.stream);
  const drivingFromMs = performance.now();
  const results = await run.run();
  const drivingMs = performance.now() - drivingFromMs;
  endProgress();
  parts.ended.throwIfAborted();
  say('Reconciling with the database of EV_Central …');
  const stored = await askTools(network);
  const measured: Measured = {
    results, retries: run.counts().retries, skipped: work.skipped, drivingMs,
    totalMs: performance.now() - work.startedMs,
  };
  return reconcile(plan, stored, measured);
}

/** Starts Central, the points and the drivers, and waits until each of them can do its part. */
async function startAll(
  network: Network, wanted: ReplayNetwork, say: Say,
): Promise<{ engine: ManagedProcess; drivers: ManagedProcess }> {
  say('Starting EV_Central, the engines, the monitors and the drivers …');
  await network.startCentral();
  const [{ engine }, drivers] = await Promise.all([
    network.startFleet(wanted.pointIds, wanted.fleet), startDrivers(network, wanted),
  ]);
  const deadlineMs = performance.now() + READY_MS;
  for (;;) {
    const points = await network.rows(['points', '--limit', ALL_ROWS]);
    const ready = points.filter((point) => point['status'] === 'Available').length;
    if (ready === wanted.pointIds.length) return { engine, drivers };
    if (performance.now() > deadlineMs) {
      throw new Failure('link-lost', `only ${ready} of ${wanted.pointIds.length} points came into service within `
        + `${READY_MS / 1_000} s: see the logs with --keep`);
    }
    await pause(POLL_MS);
  }
}

async function startDrivers(network: Network, wanted: ReplayNetwork): Promise<ManagedProcess> {
  const drivers = await network.startDrivers(wanted.driverIds);
  const loggedIn = new Set<unknown>();
  await drivers.next((event) => {
    if (event['event'] === 'logged-in') loggedIn.add(event['driverId']);
    return loggedIn.size === wanted.driverIds.length;
  }, READY_MS);
  return drivers;
}

/** What Central has stored, asked of its own tools. */
async function askTools(network: Network): Promise<Stored> {
  const [sessions, tickets, events, deadLetters, recomputed] = await Promise.all([
    network.rows(['sessions', '--limit', ALL_ROWS]), network.rows(['tickets', '--limit', ALL_ROWS]),
    network.rows(['events', '--kind', 'session-state', '--limit', ALL_ROWS]),
    network.rows(['dead-letters', '--limit', ALL_ROWS]), network.tryTool(['admin', 'recompute', '--all', '--json']),
  ]);
  return {
    sessions: z.array(storedSessionSchema).parse(sessions), tickets: z.array(storedTicketSchema).parse(tickets),
    events: z.array(storedEventSchema).parse(events), deadLetters: deadLetters.length,
    recomputed: recomputedSchema.parse(JSON.parse(recomputed.output)), ledger: ledgerProblems(network),
    invoices: findInvoices(network), figures: readFigures(network),
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file}: give a CSV file of charging sessions`, cause);
  }
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('it is a number from 1.');
}
