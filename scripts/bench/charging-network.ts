// A database of EV_Central in which thousands of connectors charge, made in seconds: the core itself decides every row,
// from the inputs that monitors, drivers and points would have given; only their wires are left out.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { hashPassword } from '../../ev-central/cli/credentials.ts';
import { createState, derive, endBatch, handle } from '../../ev-central/core/handle.ts';
import type { Input } from '../../ev-central/core/inputs.ts';
import type { Session } from '../../ev-central/core/rows.ts';
import { DEFAULT_SETTINGS } from '../../ev-central/core/settings.ts';
import type { State } from '../../ev-central/core/state.ts';
import type { Effect } from '../../ev-central/core/effects.ts';
import { openStore, type Store } from '../../ev-central/store/store.ts';
import { systemClock } from '../../shared/clock.ts';
import {
  connectionId, correlationId, messageId, type PointId, pointId, requestId, type SiteId, siteId, tariffId, type UserId,
  userId,
} from '../../shared/ids.ts';
import type { Command, Fact } from '../../shared/messages/catalogue.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { NO_GOAL } from '../../shared/messages/values.ts';
import { currency } from '../../shared/money.ts';

export type ChargingNetworkOptions = {
  /** Where `ev-central` will look: `central.db`, `master.key`. */
  readonly dataDir: string;
  readonly topicPrefix: string;
  readonly sites: number;
  readonly points: number;
  readonly connectorsOfPoint: number;
  /** Each charges at as many connectors as it takes. */
  readonly drivers: number;
};

/** One charge that is under way, and what its point seals with. */
export type ChargingSession = {
  readonly sessionId: Session['sessionId'];
  readonly corr: Session['corr'];
  readonly driverId: UserId;
  readonly pointId: PointId;
  readonly siteId: SiteId;
  readonly connectorNo: number;
  readonly keyId: string;
  readonly keyBase64: string;
};

export type ChargingNetwork = {
  readonly sessions: readonly ChargingSession[];
  readonly driverIds: readonly UserId[];
  readonly password: string;
  readonly startedAtMs: number;
  readonly bootId: number;
};

const BOOT_ID = 1;
const BATCH = 2_000;
/** Checking passwords is not what is measured. */
const BCRYPT_COST = 4;
const METER_START_WH = 1_000_000;

/** Makes the database. Throws `Failure` when it cannot be written. */
export async function makeChargingNetwork(options: ChargingNetworkOptions): Promise<ChargingNetwork> {
  const maker = new Maker(options);
  try {
    return await maker.make();
  } finally {
    maker.close();
  }
}

/** Has a lifetime: the open database. */
class Maker {
  readonly #options: ChargingNetworkOptions;
  readonly #store: Store;
  readonly #state: State;
  readonly #nowMs = systemClock.now();
  readonly #password = randomBytes(9).toString('base64url');
  /** The last fact of each point. */
  readonly #seqs = new Map<PointId, number>();
  #commands: { to: PointId; command: Command }[] = [];
  #count = 0;

  constructor(options: ChargingNetworkOptions) {
    this.#options = options;
    this.#store = openStore({
      file: join(options.dataDir, 'central.db'), masterKeyFile: join(options.dataDir, 'master.key'),
      clock: systemClock, log: () => undefined,
    });
    this.#state = createState({
      ...DEFAULT_SETTINGS, topicPrefix: options.topicPrefix, outboxBacklog: Number.MAX_SAFE_INTEGER,
    });
    this.#store.load(this.#state);
    derive(this.#state, this.#nowMs);
  }

  close(): void {
    this.#store.close();
  }

  async make(): Promise<ChargingNetwork> {
    const driverIds = range(this.#options.drivers).map((n) => userId(`d${n}`));
    this.#feed([{ kind: 'bus', up: true, reason: '' }]);
    const passwordHash = await hashPassword(this.#password, BCRYPT_COST);
    this.#feed([...this.#registry(), ...this.#people(driverIds, passwordHash)]);
    this.#feed(this.#monitors());
    this.#feed(this.#requests(driverIds));
    const authorizations = this.#commands;
    this.#feed(authorizations.flatMap(({ to, command }) => this.#carriedOut(to, command)));
    const sessions = [...this.#state.sessions.values()].map((session) => this.#described(session));
    return { sessions, driverIds, password: this.#password, startedAtMs: this.#nowMs, bootId: BOOT_ID };
  }

  #registry(): Input[] {
    const { sites, points, connectorsOfPoint } = this.#options;
    const where = { address: '', latitude: 38.34, longitude: -0.48 };
    const connectors = range(connectorsOfPoint).map((n) => ({
      connectorNo: n + 1, type: 'IEC_62196_T2' as const, maxPowerW: 22_000,
    }));
    return [
      this.#order({
        kind: 'put-tariff',
        tariff: {
          id: tariffId('flat'), currency: currency('EUR'),
          elements: [{ price_components: [{ type: 'ENERGY', price: 0.4, vat: 21, step_size: 1 }] }],
        },
      }),
      ...range(sites).map((n) => this.#order({
        kind: 'put-site', site: {
          ...where, siteId: siteId(`S${n}`), name: `Site ${n}`, timeZone: 'Europe/Madrid', tariffId: tariffId('flat'),
          queueEnabled: true,
        },
      })),
      ...range(points).map((n) => this.#order({
        kind: 'put-point', secretSha256: `${'A'.repeat(43)}=`,
        point: { ...where, pointId: pointId(`P${n}`), siteId: siteId(`S${n % sites}`), connectors },
      })),
    ];
  }

  #people(driverIds: readonly UserId[], passwordHash: string): Input[] {
    const sessionsAtOnce = Math.ceil(this.#options.points * this.#options.connectorsOfPoint / driverIds.length);
    return driverIds.flatMap((id) => [
      this.#order({
        kind: 'put-user', passwordHash, pinHash: null, user: {
          userId: id, role: 'user', active: true, priorityClass: 'normal', currency: currency('EUR'),
          limits: { sessionsAtOnce, maxPowerW: null, hours: null },
        },
      }),
      this.#order({
        kind: 'book', userId: id, amountMinor: (sessionsAtOnce + 1) * DEFAULT_SETTINGS.defaultHoldMinor,
        reason: 'bench',
      }),
    ]);
  }

  /** Every point's monitor authenticates and says that its engine is well. */
  #monitors(): Input[] {
    return [...this.#state.points.sortedKeys()].flatMap((id, n): Input[] => [
      {
        kind: 'monitor-proof', connectionId: connectionId(n + 1), re: messageId('f-1'), pointId: id,
        address: '127.0.0.1', proved: true, byHand: false, keyBase64: randomBytes(32).toString('base64'),
        clockOffsetMs: 0,
      },
      {
        kind: 'point-health', connectionId: connectionId(n + 1), engine: 'ok', reason: '', sinceMs: this.#nowMs,
        clockOffsetMs: 0,
      },
    ]);
  }

  #requests(driverIds: readonly UserId[]): Input[] {
    const places = [...this.#state.points.values()]
      .flatMap((point) => point.connectors.map(({ connectorNo }) => ({ pointId: point.pointId, connectorNo })));
    return places.map((place, n): Input => {
      const driverId = driverIds[n % driverIds.length] ?? userId('d0');
      const id = requestId(`r-${n}`);
      return {
        kind: 'request', sender: driverId, request: {
          v: 1, id: messageId(id), atMs: this.#nowMs, corr: correlationId(`c-${n}`), type: 'charge', requestId: id,
          driverId, target: { kind: 'point', ...place }, fit: { connectorType: null, minPowerW: null }, goal: NO_GOAL,
          mayQueue: false, expiresAtMs: this.#nowMs + 30_000,
        },
      };
    });
  }

  /** What a point reports that was told to authorize somebody who plugs in at once. */
  #carriedOut(to: PointId, command: Command): Input[] {
    if (command.type !== 'authorize') return [];
    const { number, sessionId, connectorNo } = command;
    return [
      this.#fact(to, { type: 'command-result', number, outcome: 'done', reason: null }),
      this.#fact(to, { type: 'plugged', connectorNo, vehicle: null }),
      this.#fact(to, {
        type: 'session-started', sessionId, connectorNo, meterStartWh: METER_START_WH, socPercent: 20,
      }),
    ];
  }

  #fact(point: PointId, body: Record<string, unknown> & { type: Fact['type'] }): Input {
    const seq = (this.#seqs.get(point) ?? 0) + 1;
    this.#seqs.set(point, seq);
    const keyId = this.#state.pointStates.must(point).keyId;
    if (keyId === null) throw new Error(`${point} has no key`);
    const fact = {
      v: 1, id: `${point}-${BOOT_ID}-${seq}`, atMs: this.#nowMs, corr: `c-${point}`, pointId: point, bootId: BOOT_ID,
      seq, uptimeMs: 0, ...body,
    } as unknown as Fact;
    return { kind: 'fact', fact, sender: point, keyId };
  }

  #described(session: Session): ChargingSession {
    const { sessionId, corr, driverId, siteId: site, pointId: point, connectorNo, state } = session;
    if (point === null || connectorNo === null || session.usage === null) {
      throw new Error(`${sessionId} of the made network does not charge: it is ${state} (${session.refusal ?? ''})`);
    }
    const key = this.#state.keys.must(this.#state.pointStates.must(point).keyId ?? ('none' as never));
    return { sessionId, corr, driverId, siteId: site, pointId: point, connectorNo, ...key };
  }

  #order(order: Order): Input {
    return {
      kind: 'order', orderId: requestId(`o-${++this.#count}`), order, by: 'bench', role: 'admin', address: 'bench',
      answer: null,
    };
  }

  /** Handles and writes them; what would leave is not sent, so its rows count as sent. */
  #feed(inputs: readonly Input[]): void {
    this.#commands = [];
    for (let from = 0; from < inputs.length; from += BATCH) {
      const effects = inputs.slice(from, from + BATCH).flatMap((each) => handle(this.#state, each, this.#nowMs));
      effects.push(...endBatch(this.#state, this.#nowMs));
      this.#commit(effects);
    }
  }

  #commit(effects: readonly Effect[]): void {
    const batch = { tables: this.#state, offsets: [], now: this.#nowMs };
    const sends = effects.filter((each) => each.kind === 'send');
    const appends = effects.filter((each) => each.kind === 'append');
    const rows = this.#store.commit({ ...batch, appends, sends, outboxDone: [] });
    this.#store.commit({ ...batch, appends: [], sends: [], outboxDone: rows.map(({ rowId }) => rowId) });
    for (const send of sends) {
      if (send.topic === 'commands') this.#commands.push({ to: pointId(send.to), command: send.message });
    }
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_unused, n) => n);
}
