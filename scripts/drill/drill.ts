// What a drill is: it says what is expected before it happens, breaks something in a network of real processes, shows
// what happened, and ends with pass or fail. One file a drill in drills/, one line each in list.ts.
import type { Broker } from '../broker.ts';
import type { Chance } from './chance.ts';
import type { DrillNetwork, NetworkWish } from './drill-network.ts';
import type { ManagedProcess } from '../network/managed-process.ts';

/** The rows of the design's table “What happens when something dies”, in its order. */
export const ROWS = ['engine', 'monitor', 'driver client', 'Central', 'Kafka', 'the machine'] as const;
export type Row = (typeof ROWS)[number];

export type Drill = {
  /** Kebab-case; what is typed on the command line. */
  readonly name: string;
  readonly title: string;
  /** The row of the design's failure table that it is evidence for; null: none. */
  readonly row: Row | null;
  /** Sentences, printed before anything happens. */
  readonly expects: readonly string[];
  /** `own`: it stops or kills the broker, so it gets one of its own. Default: one that the drills share. */
  readonly broker?: 'shared' | 'own';
  /** What it plays in; default: one site with three points and six drivers. */
  readonly network?: NetworkWish;
  /** Why it cannot be run here, for people; null: it can. */
  readonly whyNot?: () => string | null | Promise<string | null>;
  /** Ends when all has been seen. What it throws is a failure of the drill. */
  readonly run: (stage: Stage) => Promise<void>;
};

export type Stage = {
  /** Its database is made, nothing of it runs: `network.open()` starts Central, the points and the drivers. */
  readonly network: DrillNetwork;
  readonly broker: Broker;
  /** Draws from the seed: which driver, which point, when, in which order. */
  readonly chance: Chance;
  /** A folder of this drill's own; it is removed at the end. */
  readonly dir: string;
  /** Aborted when the drill is to end early (Ctrl-C). */
  readonly ended: AbortSignal;
  /** Tells what happens, with the time since the drill began. */
  say(text: string): void;
  /** Compares with what was expected; the evidence says what was seen. One that fails makes the drill fail. */
  expect(text: string, ok: boolean, evidence?: string | number): void;
  /** A figure or a state for the report: `figure('Faulted after', 812, 'ms')`. */
  figure(name: string, value: number | string, unit?: string): void;
  /** SIGSTOP. Whatever happens then, it does not stay behind. `thaw` lets it run again. */
  freeze(process: Frozen): void;
  thaw(process: Frozen): void;
  /** This command runs at the very end, even when the drill was killed; for mounts and network namespaces. */
  atEnd(command: readonly string[]): void;
  /**
   * The end of every drill: waits until nothing is open, then compares every engine's registers with the tickets and
   * what is disputed; holds closed once, outbox empty, nothing billed twice, tickets recomputed. Adds expectations.
   */
  reconcile(): Promise<void>;
};

/** A process that can be stopped: one of the network, or the broker's JVM by its process id. */
export type Frozen = ManagedProcess | number;
