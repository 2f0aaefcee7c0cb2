// The registry without a running Central: the tool takes the database's lock and feeds the same core. Orders of one
// call are handled together and written in transactions of a few thousand.
import { createReader } from '../queries.ts';
import { createState, derive, endBatch, handle } from '../core/handle.ts';
import type { Append, Effect, Send } from '../core/effects.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import type { State } from '../core/state.ts';
import type { Clock } from '../../shared/clock.ts';
import { requestId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { Store } from '../store/store.ts';
import { openStore } from '../store/store.ts';
import type { Lock } from '../../shared/sqlite/lock.ts';
import { acquireLock } from '../../shared/sqlite/lock.ts';
import { freshOrderId } from './operator-client.ts';
import type { OrderDesk, OrderOutcome } from './order-desk.ts';

const ORDERS_IN_ONE_COMMIT = 4_000;

export type LocalFiles = { readonly database: string; readonly masterKeyFile: string };

/** Opens the database for orders; null when a Central runs on it. @throws Failure */
export function openLocalCentral(files: LocalFiles, clock: Pick<Clock, 'now'>): OrderDesk | null {
  const lock = acquireLock(files.database);
  if (lock === null) return null;
  try {
    const store = openStore({
      file: files.database, masterKeyFile: files.masterKeyFile, clock, log: () => undefined,
    });
    return localDesk(store, lock, clock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function localDesk(store: Store, lock: Lock, clock: Pick<Clock, 'now'>): OrderDesk {
  const state = createState(DEFAULT_SETTINGS);
  store.load(state);
  derive(state, clock.now());
  const read = createReader({
    state, nowMs: () => clock.now(), status: () => ({ central: 'not running' }),
    stored: (what, filter, after, limit) => store.query(what, filter, after, limit),
    figures: store.figures, watched: store.watched,
  });
  return {
    pageRows: 100_000,
    orders(orders) {
      const outcomes: OrderOutcome[] = [];
      for (let from = 0; from < orders.length; from += ORDERS_IN_ONE_COMMIT) {
        outcomes.push(...commitOrders(store, state, clock.now(), orders.slice(from, from + ORDERS_IN_ONE_COMMIT)));
      }
      return Promise.resolve(outcomes);
    },
    page: (what, filter, after, limit) => Promise.resolve(
      read({ role: 'admin', userId: null }, { what, filter, after, limit })),
    close() {
      store.close();
      lock.release();
      return Promise.resolve();
    },
  };
}

function commitOrders(store: Store, state: State, nowMs: number, orders: readonly Order[]): OrderOutcome[] {
  const effects: Effect[] = [];
  const outcomes: OrderOutcome[] = [];
  for (const order of orders) {
    const input = {
      kind: 'order', orderId: requestId(freshOrderId()), order, by: 'local', role: 'admin', address: 'this machine',
      answer: null,
    } as const;
    store.hydrate(state, input);
    effects.push(...handle(state, input, nowMs));
    outcomes.push(state.orders.must(input.orderId));
  }
  effects.push(...endBatch(state, nowMs));
  store.commit({
    tables: state,
    appends: effects.filter((effect): effect is Append => effect.kind === 'append'),
    sends: effects.filter((effect): effect is Send => effect.kind === 'send'),
    offsets: [], outboxDone: [], now: nowMs,
  });
  return outcomes;
}
