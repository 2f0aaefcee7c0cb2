// Drivers who asked for points get the rows that change from then on, at most once a second. Drivers with the same
// question share the work, and nothing is worked out while nothing happens.
import type { PointOffer } from '../../shared/messages/rows.ts';
import type { Ticker } from '../../shared/wire/awake-timer.ts';
import { type Connection, frameParts, sendFrame } from './connection.ts';
import type { PageQuery } from './drivers.ts';

/** The offers that a question for points is answered with. */
export type ReadOffers = (filter: PageQuery['filter']) => readonly PointOffer[];

export type PointsWatch = {
  watch(connection: Connection, filter: PageQuery['filter']): void;
  /** Something happened in the network: offers may look different now. */
  changed(): void;
  close(): void;
};

const EVERY_MS = 1_000;
/** Work on offers in one go; further questions get their turn at the next tick. */
const BUDGET_MS = 20;

type Watched = {
  readonly filter: PageQuery['filter']; readonly connections: Set<Connection>; rows: Map<string, string>;
};

export function createPointsWatch(options: {
  read: ReadOffers; ticker: Ticker; monotonic: () => number;
}): PointsWatch {
  const { read, ticker, monotonic } = options;
  const watched = new Map<string, Watched>();
  /** The question of each connection; a later one takes its place. */
  const questions = new Map<Connection, string>();
  /** Questions whose answers may have changed since they were looked at, in the order of their turn. */
  const stale = new Set<string>();
  let nextMs = 0;
  const unsubscribe = ticker.subscribe((awakeMs) => {
    if (awakeMs < nextMs || stale.size === 0) return;
    nextMs = awakeMs + EVERY_MS;
    const untilMs = monotonic() + BUDGET_MS;
    for (const name of stale) {
      if (monotonic() >= untilMs) {
        nextMs = awakeMs;
        return;
      }
      stale.delete(name);
      const entry = watched.get(name);
      if (entry !== undefined) tell(entry);
    }
  });

  function tell(entry: Watched): void {
    const changes: PointOffer[] = [];
    const rows = new Map<string, string>();
    for (const offer of read(entry.filter)) {
      const text = JSON.stringify(offer);
      rows.set(offer.pointId, text);
      if (entry.rows.get(offer.pointId) !== text) changes.push(offer);
    }
    entry.rows = rows;
    for (const part of frameParts(changes)) {
      for (const connection of entry.connections) sendFrame(connection, null, { type: 'points-changed', rows: part });
    }
  }

  function watch(connection: Connection, filter: PageQuery['filter']): void {
    const name = JSON.stringify(Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (questions.get(connection) === name) return;
    if (questions.has(connection)) leave(connection);
    else connection.endings.push(() => leave(connection));
    questions.set(connection, name);
    let entry = watched.get(name);
    if (entry === undefined) {
      const rows = read(filter).map((offer): [string, string] => [offer.pointId, JSON.stringify(offer)]);
      entry = { filter, connections: new Set(), rows: new Map(rows) };
      watched.set(name, entry);
    }
    entry.connections.add(connection);
  }

  function leave(connection: Connection): void {
    const name = questions.get(connection) ?? '';
    const entry = watched.get(name);
    questions.delete(connection);
    entry?.connections.delete(connection);
    if (entry?.connections.size === 0) watched.delete(name);
  }

  return {
    watch,
    changed() {
      for (const name of watched.keys()) stale.add(name);
    },
    close: unsubscribe,
  };
}
