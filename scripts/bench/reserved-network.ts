// A network in memory with its database, made by the core, whose connectors can be reserved; nobody charges. Only the
// wires are left out: orders come as inputs, and what would leave counts as sent.
import { randomBytes } from 'node:crypto';
import type { Effect } from '../../ev-central/core/effects.ts';
import { createState, derive, endBatch, handle } from '../../ev-central/core/handle.ts';
import type { Input } from '../../ev-central/core/inputs.ts';
import { DEFAULT_SETTINGS } from '../../ev-central/core/settings.ts';
import type { State } from '../../ev-central/core/state.ts';
import { openStore, type Store } from '../../ev-central/store/store.ts';
import { systemClock } from '../../shared/clock.ts';
import {
  connectionId, messageId, type PointId, pointId, requestId, siteId, tariffId, type UserId, userId,
} from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { currency } from '../../shared/money.ts';

export type ReservedSize = { readonly sites: number; readonly points: number; readonly drivers: number };
export type Slot = { readonly connector: number; readonly beginsAtMs: number; readonly minutes: number };

const MINUTE_MS = 60_000;
const BATCH = 500;
const CONNECTORS_OF_POINT = 2;
const WHERE = { address: '', latitude: 38.34, longitude: -0.48 };

/** An order that is given again under its id is carried out once: each network has ids of its own. */
let networks = 0;

/** Has a lifetime: the open database. */
export class ReservedNetwork {
  readonly state: State;
  /** It passes only when it is told to. */
  nowMs = Math.floor(systemClock.now() / MINUTE_MS) * MINUTE_MS;
  readonly #size: ReservedSize;
  readonly #store: Store;
  readonly #number = ++networks;
  #count = 0;

  /** `file`: of the database, new or as an earlier one has left it. */
  constructor(file: string, masterKeyFile: string, size: ReservedSize) {
    this.#size = size;
    this.#store = openStore({ file, masterKeyFile, clock: systemClock, log: () => undefined });
    this.state = createState({ ...DEFAULT_SETTINGS, outboxBacklog: Number.MAX_SAFE_INTEGER });
    this.#store.load(this.state);
    derive(this.state, this.nowMs);
    this.take([{ kind: 'bus', up: true, reason: '' }]);
  }

  close(): void {
    this.#store.close();
  }

  /** Sites, points, and drivers with money. */
  fill(): void {
    this.take([...this.#registry(), ...this.#people()]);
  }

  /** The monitors of all points log in. */
  connect(): void {
    this.take([...this.state.points.sortedKeys()].flatMap((id, n) => inService(id, n)));
  }

  get connectors(): number {
    return this.#size.points * CONNECTORS_OF_POINT;
  }

  /** One of a driver, the next each time. */
  booking({ connector, beginsAtMs, minutes }: Slot): Input {
    return this.order({
      kind: 'book-reservation', userId: driver(this.#count % this.#size.drivers),
      place: {
        kind: 'point', pointId: pointId(`P${Math.floor(connector / CONNECTORS_OF_POINT)}`),
        connectorNo: 1 + connector % CONNECTORS_OF_POINT,
      },
      fit: { connectorType: null, minPowerW: null }, beginsAtMs, endsAtMs: beginsAtMs + minutes * MINUTE_MS,
      repeat: null,
    });
  }

  order(order: Order): Input {
    return {
      kind: 'order', orderId: requestId(`o-${this.#number}-${++this.#count}`), order, by: 'bench', role: 'admin',
      address: 'bench', answer: null,
    };
  }

  /** Handles them as batches and writes those. Throws when an order is refused. */
  take(inputs: readonly Input[]): void {
    for (let from = 0; from < inputs.length; from += BATCH) {
      const some = inputs.slice(from, from + BATCH);
      const effects = some.flatMap((each) => handle(this.state, each, this.nowMs));
      effects.push(...endBatch(this.state, this.nowMs));
      this.#commit(effects);
      for (const each of some) if (each.kind === 'order') this.#mustBeDone(each);
    }
  }

  #mustBeDone({ orderId, order }: Extract<Input, { kind: 'order' }>): void {
    const { outcome, text } = this.state.orders.must(orderId);
    if (outcome !== 'done') throw new Error(`the order ${order.kind} of the bench was refused: ${text}`);
  }

  #commit(effects: readonly Effect[]): void {
    const batch = { tables: this.state, offsets: [], now: this.nowMs };
    const sends = effects.filter((each) => each.kind === 'send');
    const appends = effects.filter((each) => each.kind === 'append');
    const rows = this.#store.commit({ ...batch, appends, sends, outboxDone: [] });
    this.#store.commit({ ...batch, appends: [], sends: [], outboxDone: rows.map(({ rowId }) => rowId) });
  }

  #registry(): Input[] {
    const { sites, points } = this.#size;
    const connectors = range(CONNECTORS_OF_POINT).map((n) => ({
      connectorNo: n + 1, type: 'IEC_62196_T2' as const, maxPowerW: 22_000,
    }));
    const elements = [{ price_components: [{ type: 'ENERGY' as const, price: 0.4, vat: 21, step_size: 1 }] }];
    return [
      this.order({ kind: 'put-tariff', tariff: { id: tariffId('flat'), currency: currency('EUR'), elements } }),
      ...range(sites).map((n) => this.order({
        kind: 'put-site', site: {
          ...WHERE, siteId: siteId(`S${n}`), name: `Site ${n}`, timeZone: 'Europe/Madrid', tariffId: tariffId('flat'),
          queueEnabled: true,
        },
      })),
      ...range(points).map((n) => this.order({
        kind: 'put-point', secretSha256: `${'A'.repeat(43)}=`,
        point: { ...WHERE, pointId: pointId(`P${n}`), siteId: siteId(`S${n % sites}`), connectors },
      })),
    ];
  }

  #people(): Input[] {
    const passwordHash = `$2b$04$${'x'.repeat(53)}`;
    return range(this.#size.drivers).map(driver).flatMap((id) => [
      this.order({
        kind: 'put-user', passwordHash, pinHash: null, user: {
          userId: id, role: 'user', active: true, priorityClass: 'normal', currency: currency('EUR'),
          limits: { sessionsAtOnce: 50, maxPowerW: null, hours: null },
        },
      }),
      this.order({ kind: 'book', userId: id, amountMinor: 1_000_000, reason: 'bench' }),
    ]);
  }
}

function driver(n: number): UserId {
  return userId(`d${n}`);
}

function inService(id: PointId, n: number): Input[] {
  const link = connectionId(n + 1);
  return [{
    kind: 'monitor-proof', connectionId: link, re: messageId('f-1'), pointId: id, address: '127.0.0.1', proved: true,
    byHand: false, keyBase64: randomBytes(32).toString('base64'), clockOffsetMs: 0,
  }, {
    kind: 'point-health', connectionId: link, engine: 'ok', reason: '', sinceMs: 0, clockOffsetMs: 0,
  }];
}

export function range(count: number): number[] {
  return Array.from({ length: count }, (_unused, n) => n);
}
