// Runs drills one after the other: those that leave the broker alone share one, the others get one each. When it ends,
// by Ctrl-C too, nothing of it is left.
import { join } from 'node:path';
import { type Broker, startBroker } from '../broker.ts';
import type { Drill } from './drill.ts';
import { openPlace, type Place } from './place.ts';
import { type Result, runDrill } from './run.ts';

export type RunAllOptions = {
  readonly drills: readonly Drill[]; readonly seed: number;
  /** Resolves when the user wants it to end. */
  readonly asked: Promise<void>;
  readonly print: (line: string) => void;
};

/** The results, in order; when it was ended early, up to the one that was interrupted. */
export async function runAll({ drills, seed, asked, print }: RunAllOptions): Promise<Result[]> {
  const end = new AbortController();
  void asked.then(() => end.abort());
  const place = await openPlace();
  const brokers = brokersIn(place);
  const results: Result[] = [];
  try {
    for (const drill of drills) {
      const broker = brokers.of(drill);
      results.push(await runDrill({ drill, seed, place, broker, ended: end.signal, print }));
      await brokers.endOwn();
      if (end.signal.aborted) break;
    }
  } finally {
    await brokers.endAll();
    await place.close();
  }
  return results;
}

type Brokers = {
  of(drill: Drill): () => Promise<Broker>;
  /** Ends the broker of the drill that is over, if it had one of its own. */
  endOwn(): Promise<void>;
  endAll(): Promise<void>;
};

function brokersIn(place: Place): Brokers {
  let shared: Promise<Broker> | null = null;
  let own: Promise<Broker> | null = null;
  const start = (name: string): Promise<Broker> => startBroker({ dir: join(place.dir, name), log: () => undefined });
  // It has nothing to save: its folder is removed.
  const end = async (broker: Promise<Broker> | null): Promise<void> => {
    await broker?.then((started) => started.kill9(), () => undefined);
  };
  return {
    of: (drill) => () => drill.broker === 'own'
      ? (own = start(`broker-${drill.name}`)) : (shared ??= start('broker')),
    async endOwn() {
      await end(own);
      own = null;
    },
    async endAll() {
      await Promise.all([end(own), end(shared)]);
    },
  };
}
