// What a bench is: what it measures, its rows with their goals, and one run on a stage. `npm run bench` runs each some
// times and makes the table (table.ts) from the figures.
import type { ChosenBroker } from '../broker-choice.ts';
import type { Network, NetworkOptions } from '../network/network.ts';

/** A row of the table: one figure of a bench. */
export type BenchRow = {
  /** What it is called in table and JSON: the bench's name, or that and more, such as `latency-decide-p99`. */
  readonly row: string;
  readonly what: string;
  /** Such as `samples/s`, `ms`, `MB`. */
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** The value has to be this at least (`higher`) or at most (`lower`); absent: it is printed only. */
  readonly goal?: number;
  /** The same for the ratio of the value to the bare program's figure. */
  readonly ratioGoal?: number;
};

/** What one run measured for a row; `baseline`: the bare program's figure of the same run, in the row's unit. */
export type Figure = { readonly value: number; readonly baseline?: number };
/** By `row`: every row of the bench has its figure. */
export type Figures = Readonly<Record<string, Figure>>;

export type Bench = {
  readonly name: string;
  /** One sentence for `--list`. */
  readonly what: string;
  readonly rows: readonly BenchRow[];
  /** One run, from nothing. What it starts is ended by the stage, however it ends. */
  run(stage: Stage): Promise<Figures>;
};

/** Where one run takes place. */
export type Stage = {
  /** Empty, of this run alone; removed after it. */
  readonly dir: string;
  /** The broker of this bench: the same for all its runs, so that it is warm. */
  readonly broker: ChosenBroker;
  readonly topicPrefix: string;
  /** 1: as the goals say; less for a trial (`--scale`). */
  readonly scale: number;
  readonly say: (line: string) => void;
  /** Aborted at Ctrl-C: whoever waits for long looks at it. */
  readonly ended: AbortSignal;
  /** A network on this broker, in `dir` with the stage's topics or in others; its processes are ended after the run. */
  network(options?: Partial<Pick<NetworkOptions, 'dir' | 'centralArgs' | 'topicPrefix'>>): Network;
  /** Ends something after the run, the newest first, before the network and the broker. */
  defer(end: () => void | Promise<void>): void;
};

/** A count at the stage's scale, at least `least`. */
export function scaled(count: number, { scale }: Pick<Stage, 'scale'>, least = 1): number {
  return Math.max(least, Math.round(count * scale));
}
