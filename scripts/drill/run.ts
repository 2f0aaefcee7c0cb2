// Runs one drill on a stage of its own: says what is expected, lets it happen, and gathers what was seen. The end is
// the same however the drill went: every process ends, frozen ones too.
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../../shared/log.ts';
import type { Broker } from '../broker.ts';
import { drawFrom } from './chance.ts';
import type { Drill, Frozen, Stage } from './drill.ts';
import { DrillNetwork } from './drill-network.ts';
import type { Place } from './place.ts';
import { reconcileNetwork } from './reconciliation.ts';

export type Expectation = { readonly text: string; readonly ok: boolean; readonly evidence: string };
export type Figure = { readonly name: string; readonly value: string };
export type Outcome = 'passed' | 'failed' | 'skipped' | 'interrupted';

export type Result = {
  readonly drill: Drill;
  readonly outcome: Outcome;
  /** Why it was skipped, or what ended it before its end; empty: it ran to its end. */
  readonly reason: string;
  readonly expectations: readonly Expectation[];
  readonly figures: readonly Figure[];
  readonly tookMs: number;
};

export type RunOptions = {
  readonly drill: Drill; readonly seed: number; readonly place: Place;
  readonly broker: () => Promise<Broker>;
  readonly ended: AbortSignal;
  readonly print: (line: string) => void;
};

/** Runs a drill to its end. Never rejects: what goes wrong is its result. */
export async function runDrill(options: RunOptions): Promise<Result> {
  const { drill, seed, print } = options;
  print(`── ${drill.name} · ${drill.title} · seed ${seed}`);
  const reason = await drill.whyNot?.() ?? null;
  if (reason !== null) {
    print(`   skipped: ${reason}`);
    return { drill, outcome: 'skipped', reason, expectations: [], figures: [], tookMs: 0 };
  }
  for (const sentence of drill.expects) print(`   expected: ${sentence}`);
  const startedMs = performance.now();
  const seen = { expectations: [] as Expectation[], figures: [] as Figure[] };
  const trouble = await play(options, seen, startedMs);
  const tookMs = Math.round(performance.now() - startedMs);
  const failed = seen.expectations.filter(({ ok }) => !ok).length;
  const outcome = options.ended.aborted ? 'interrupted'
    : trouble === null && failed === 0 && seen.expectations.length > 0 ? 'passed' : 'failed';
  if (trouble !== null && outcome === 'failed') print(`   WRONG: ${trouble}`);
  print(`   ${outcome.toUpperCase()} after ${(tookMs / 1_000).toFixed(1)} s: ${seen.expectations.length - failed} of `
    + `${seen.expectations.length} expectations met`);
  return { drill, outcome, reason: trouble ?? '', ...seen, tookMs };
}

type Seen = { readonly expectations: Expectation[]; readonly figures: Figure[] };

/** Null when the drill came to its end, else what stopped it. */
async function play(options: RunOptions, seen: Seen, startedMs: number): Promise<string | null> {
  const { drill, seed, place, ended } = options;
  const frozen = new Set<number>();
  let network: DrillNetwork | null = null;
  const onEnd = new Promise<never>((_resolve, reject) => {
    ended.addEventListener('abort', () => reject(new Error('ended early')), { once: true });
  });
  onEnd.catch(() => undefined);
  try {
    ended.throwIfAborted();
    const broker = await options.broker();
    const dir = join(place.dir, drill.name);
    await mkdir(dir, { mode: 0o700 });
    network = new DrillNetwork({
      dir, brokers: broker.brokers, topicPrefix: `drill-${randomBytes(5).toString('hex')}`,
    }, drill.network);
    const stage = stageOf({ options, broker, network, dir, seen, startedMs, frozen, seed });
    const played = network.prepare().then(() => drill.run(stage));
    played.catch(() => undefined); // after Ctrl-C nobody waits for it
    await Promise.race([played, onEnd]);
    return null;
  } catch (error) {
    return describeError(error);
  } finally {
    for (const pid of frozen) resume(pid);
    await network?.stop();
  }
}

type StageParts = {
  readonly options: RunOptions; readonly broker: Broker; readonly network: DrillNetwork; readonly dir: string;
  readonly seen: Seen; readonly startedMs: number; readonly frozen: Set<number>; readonly seed: number;
};

function stageOf({ options, broker, network, dir, seen, startedMs, frozen, seed }: StageParts): Stage {
  const { drill, place, ended, print } = options;
  const tell = (text: string): void => {
    if (ended.aborted) return;
    print(`${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(7)}  ${text}`);
  };
  const expect = (text: string, ok: boolean, evidence: string | number = ''): void => {
    seen.expectations.push({ text, ok, evidence: String(evidence) });
    tell(`${ok ? 'ok    ' : 'WRONG '} ${text}${evidence === '' ? '' : `: ${String(evidence)}`}`);
  };
  return {
    network, broker, dir, ended, chance: drawFrom(seed, drill.name), say: tell, expect,
    figure(name, value, unit = '') {
      seen.figures.push({ name, value: `${value}${unit === '' ? '' : ` ${unit}`}` });
    },
    freeze(process) {
      const pid = pidOf(process);
      frozen.add(pid);
      place.stopped(pid);
      signal(pid, 'SIGSTOP');
    },
    thaw(process) {
      const pid = pidOf(process);
      frozen.delete(pid);
      resume(pid);
      place.running(pid);
    },
    atEnd: (command) => place.atEnd(command),
    async reconcile() {
      for (const { text, ok, evidence } of await reconcileNetwork(network)) {
        expect(text, ok, evidence);
        if (text.startsWith('every Wh')) seen.figures.push({ name: '', value: evidence });
      }
    },
  };
}

function pidOf(process: Frozen): number {
  return typeof process === 'number' ? process : process.pid;
}

function resume(pid: number): void {
  signal(pid, 'SIGCONT');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
