// Memory is only a cache of the database: when Central dies between two batches, what its database would load is what
// it had in memory. A row that was changed in place, or not marked as changed, shows here. And whoever begins, begins
// with what the database holds, whatever an earlier one had in memory.
import { isDeepStrictEqual } from 'node:util';
import { boundLockouts } from '../../ev-central/core/lockout.ts';
import type { PointState } from '../../ev-central/core/rows.ts';
import { emptyTables, type State, type Tables } from '../../ev-central/core/state.ts';
import type { Store } from '../../ev-central/store/store.ts';

/** Rows of these leave memory, and are brought back, at times of their own. */
const PARTLY_IN_MEMORY: ReadonlySet<string> = new Set([
  'sessions', 'meters', 'requests', 'orders', 'commands', 'keys', 'ticketPayments', 'apiCalls', 'invoicedSessions',
  'payments', 'paymentEvents', 'reservations',
]);

type AnyRows = {
  readonly size: number;
  values(): IterableIterator<unknown>;
  takeChanges(): { put: readonly unknown[]; removed: readonly string[] };
};

/** Of a Central that is dead: what differs, in words; null: nothing. Takes the changes out of its tables. */
export function differsFromMemory(state: State, store: Store): string | null {
  const stored = emptyTables();
  store.load(stored);
  return differs(state, stored, (name) => {
    const { put, removed } = (state[name] as AnyRows).takeChanges();
    return put.length + removed.length === 0; // else it died with a batch that was never committed
  });
}

/** Of a Central that begins: nothing but that no point is connected to it yet, and lock-outs by a clock set back. */
export function differsAtStart(state: State, store: Store, now: number): string | null {
  const stored = emptyTables();
  store.load(stored);
  boundLockouts({ lockouts: stored.lockouts, settings: state.settings }, now);
  for (const row of stored.pointStates.values()) stored.pointStates.load({ ...row, link: linkIn(state, row) });
  return differs(state, stored, () => true);
}

function linkIn(state: State, { pointId, link }: PointState): PointState['link'] {
  return state.pointStates.get(pointId)?.link ?? link;
}

function differs(state: State, stored: Tables, isWritten: (name: keyof Tables) => boolean): string | null {
  for (const name of Object.keys(stored) as (keyof Tables)[]) {
    const difference = isWritten(name) ? compare(name, state[name], stored[name]) : null;
    if (difference !== null) return difference;
  }
  return null;
}

function compare(name: keyof Tables, memory: AnyRows, stored: AnyRows): string | null {
  const known = new Map([...memory.values()].map((row) => [keyOf(name, row), row]));
  const found = new Set<string>();
  for (const row of stored.values()) {
    const key = keyOf(name, row);
    found.add(key);
    const mine = known.get(key);
    if (mine === undefined) {
      if (!PARTLY_IN_MEMORY.has(name)) return `${name} ${key} is in the database, not in memory`;
    } else if (!isDeepStrictEqual(plain(mine), plain(row))) {
      return `${name} ${key} is ${JSON.stringify(mine)} in memory, ${JSON.stringify(row)} in the database`;
    }
  }
  if (PARTLY_IN_MEMORY.has(name)) return null;
  const lost = [...known.keys()].find((key) => !found.has(key));
  return lost === undefined ? null : `${name} ${lost} is in memory, not in the database`;
}

function plain(row: unknown): unknown {
  return JSON.parse(JSON.stringify(row)) as unknown;
}

const KEYS = {
  installation: 'installationId', tariffs: 'tariffId', tariffVersions: 'version', sites: 'siteId', points: 'pointId',
  pointStates: 'pointId', users: 'userId', sessions: 'sessionId', meters: 'sessionId', keys: 'keyId',
  requests: 'requestId', orders: 'orderId', commands: 'number', lockouts: 'who', groups: 'groupId',
  groupTariffs: 'place', priceSeries: 'seriesId', priceSeriesVersions: 'version',
  exchangeRates: 'date', plans: 'planId', subscriptions: 'userId',
  ticketPayments: 'ticketId', apiSessions: 'accessId', apiKeys: 'accessId', apiCalls: 'callId',
  secondFactors: 'userId',
  billingDetails: 'payer', invoiceSeries: 'seriesId', uninvoicedTickets: 'ticketId', invoicedSessions: 'sessionId',
  invoicingSpans: 'spanId', payments: 'paymentId', paymentEvents: 'eventKey',
  persons: 'userId', accountCodes: 'codeId',
  mails: 'mailId', vehicles: 'vehicleId', tokens: 'tokenId',
  claimTerms: 'groupId', claims: 'claimId', debts: 'account', contactPreferences: 'userId',
  reservations: 'reservationId', reservationSeries: 'seriesId',
} as const satisfies Record<keyof Tables, string>;

function keyOf(name: keyof Tables, row: unknown): string {
  const fields = row as Readonly<Record<string, unknown>>;
  const own = String(fields[KEYS[name]]);
  if (name === 'tariffVersions') return `${String(fields['tariffId'])}#${own}`;
  if (name === 'priceSeriesVersions') return `${String(fields['seriesId'])}#${own}`;
  if (name === 'exchangeRates') return `${String(fields['base'])} ${String(fields['quote'])} ${own}`;
  if (name === 'groupTariffs') return `${String(fields['groupId'])} ${own}`;
  return name === 'commands' ? `${String(fields['pointId'])}#${own}` : own;
}
