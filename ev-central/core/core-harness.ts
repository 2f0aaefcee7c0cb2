// Test support: a small network in memory (one site, two points, three drivers), fed with inputs as the shell feeds
// them. It collects what the core says, and checks after every step what must always hold.
import { groupWallet, userWallet } from '../../shared/account.ts';
import {
  connectionId, type CorrelationId, correlationId, keyId, messageId, type PointId, pointId, requestId,
  type SessionId, siteId, tariffId, type UserId, userId,
} from '../../shared/ids.ts';
import type { Command, Fact, Notice } from '../../shared/messages/catalogue.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { type EndReason, NO_GOAL } from '../../shared/messages/values.ts';
import { currency } from '../../shared/money.ts';
import type { Append, Effect } from './effects.ts';
import { createState, derive, endBatch, handle } from './handle.ts';
import type { Input } from './inputs.ts';
import type { Wish } from './charge-request.ts';
import type { Session } from './rows.ts';
import { isOver } from './session-index.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import type { State } from './state.ts';

export const SITE = siteId('ALC');
export const POINT = pointId('ALC-01');
export const OTHER_POINT = pointId('ALC-02');
export const ANA = userId('ana');
export const BEN = userId('ben');
export const CAT = userId('cat');
const HASH = `$2b$04$${'x'.repeat(53)}`;
const SECRET = 'A'.repeat(43) + '=';

type FactBody<T extends Fact['type']> = Omit<
  Extract<Fact, { type: T }>, 'v' | 'id' | 'atMs' | 'corr' | 'pointId' | 'bootId' | 'seq' | 'uptimeMs' | 'type'
> & { atMs?: number };

export class Network {
  readonly state: State;
  now = 1_763_700_000_000;
  effects: Effect[] = [];
  readonly notices: Notice[] = [];
  readonly commands: { to: string; command: Command }[] = [];
  readonly appended: Append[] = [];
  #seq = new Map<string, { bootId: number; seq: number }>();
  #count = 0;

  constructor(settings: Partial<Settings> = {}) {
    this.state = createState({ ...DEFAULT_SETTINGS, ...settings });
    this.state.installation.put({ installationId: 'k7f2', counter: 0 });
    this.order({
      kind: 'put-tariff',
      tariff: {
        id: tariffId('day'), currency: currency('EUR'),
        elements: [
          { price_components: [{ type: 'FLAT', price: 0.5, step_size: 1 }] },
          {
            price_components: [{ type: 'ENERGY', price: 0.2, step_size: 1 }],
            restrictions: { start_time: '00:00', end_time: '08:00' },
          },
          {
            price_components: [
              { type: 'ENERGY', price: 0.4, step_size: 1 }, { type: 'TIME', price: 0.6, step_size: 1 },
              { type: 'PARKING_TIME', price: 0.6, step_size: 1 },
            ],
            restrictions: { start_time: '08:00', end_time: '00:00' },
          },
        ],
      },
    });
    this.order({
      kind: 'put-site',
      site: {
        siteId: SITE, name: 'Alicante', address: 'Calle Mayor 1', latitude: 38.34, longitude: -0.48,
        timeZone: 'Europe/Madrid', tariffId: tariffId('day'), queueEnabled: true,
      },
    });
    for (const id of [POINT, OTHER_POINT]) {
      this.order({
        kind: 'put-point', secretSha256: SECRET,
        point: {
          pointId: id, siteId: SITE, address: '', latitude: 38.34, longitude: -0.48,
          connectors: [{ connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 22_000 }],
        },
      });
    }
    for (const id of [ANA, BEN, CAT]) {
      this.order({
        kind: 'put-user', passwordHash: HASH, pinHash: HASH,
        user: {
          userId: id, role: 'user', active: true, priorityClass: 'normal', currency: currency('EUR'),
          limits: { sessionsAtOnce: 2, maxPowerW: null, hours: null },
        },
      });
      this.order({ kind: 'book', userId: id, amountMinor: 10_000, reason: 'start' });
    }
    derive(this.state, this.now);
    this.feed({ kind: 'bus', up: true, reason: '' });
  }

  /** Handles inputs as one batch. */
  feed(...inputs: Input[]): Effect[] {
    const batch = inputs.flatMap((input) => handle(this.state, input, this.now));
    batch.push(...endBatch(this.state, this.now));
    this.effects = batch;
    for (const effect of batch) this.#collect(effect);
    checkInvariants(this.state);
    return batch;
  }

  order(order: Order, role: 'admin' | 'operator' | 'technician' = 'admin') {
    const id = requestId(`o-${++this.#count}`);
    this.feed({ kind: 'order', orderId: id, order, by: 'olga', role, address: '127.0.0.1', answer: null });
    return this.state.orders.must(id);
  }

  /** The point's monitor authenticates and reports a healthy engine. */
  connect(point: PointId = POINT, connection = point === POINT ? 1 : 2): void {
    const link = connectionId(connection);
    this.feed({
      kind: 'monitor-proof', connectionId: link, re: messageId('f-1'), pointId: point, address: '127.0.0.1',
      proved: true, byHand: false, keyBase64: 'a2V5', clockOffsetMs: 0,
    });
    this.health('ok', point);
  }

  health(engine: 'ok' | 'ko' | 'unreachable', point: PointId = POINT): void {
    const link = this.state.monitorLinks.get(point);
    if (link === undefined) throw new Error(`${point} is not connected`);
    this.feed({
      kind: 'point-health', connectionId: link.connectionId, engine, reason: engine === 'ok' ? '' : 'test',
      sinceMs: this.now, clockOffsetMs: 0,
    });
  }

  charge(driverId: UserId, change: Partial<Wish> & { expiresAtMs?: number } = {}): string {
    const id = change.requestId ?? requestId(`r-${++this.#count}`);
    this.feed({
      kind: 'request', sender: driverId,
      request: {
        v: 1, id: messageId(id), atMs: this.now, corr: this.corr(), type: 'charge', requestId: id, driverId,
        target: { kind: 'point', pointId: POINT, connectorNo: null }, fit: { connectorType: null, minPowerW: null },
        goal: NO_GOAL, mayQueue: true, expiresAtMs: this.now + 30_000, ...change,
      },
    });
    return id;
  }

  cancel(driverId: UserId, cancels: string): void {
    const id = requestId(`r-${++this.#count}`);
    this.feed({
      kind: 'request', sender: driverId,
      request: {
        v: 1, id: messageId(id), atMs: this.now, corr: this.corr(), type: 'cancel', requestId: id, driverId,
        cancels: requestId(cancels),
      },
    });
  }

  stop(driverId: UserId, sessionId: SessionId): void {
    const id = requestId(`r-${++this.#count}`);
    this.feed({
      kind: 'request', sender: driverId,
      request: {
        v: 1, id: messageId(id), atMs: this.now, corr: this.corr(), type: 'stop', requestId: id, driverId, sessionId,
      },
    });
  }

  /** The next fact of a point's journal, as it comes from Kafka. */
  fact<T extends Fact['type']>(type: T, body: FactBody<T>, point: PointId = POINT): Fact {
    const at = this.#seq.get(point) ?? { bootId: 100, seq: 0 };
    at.seq += 1;
    this.#seq.set(point, at);
    const fact = {
      v: 1, id: messageId(`${point}-${at.bootId}-${at.seq}`), atMs: this.now, corr: this.corr(), type, pointId: point,
      bootId: at.bootId, seq: at.seq, uptimeMs: this.now - 1_763_600_000_000, ...body,
    } as unknown as Fact;
    this.again(fact);
    return fact;
  }

  /** The point writes a fact that Central never gets. */
  skipFact(point: PointId = POINT): void {
    const at = this.#seq.get(point);
    if (at !== undefined) at.seq += 1;
  }

  again(fact: Fact): void {
    this.feed({ kind: 'fact', fact, sender: fact.pointId, keyId: keyId('p-1') });
  }

  reboot(point: PointId = POINT, newJournal = false): void {
    const at = this.#seq.get(point) ?? { bootId: 100, seq: 0 };
    const previous = newJournal ? null : { ...at };
    this.#seq.set(point, { bootId: at.bootId + 1, seq: 0 });
    this.fact('booted', { previous, connectors: [{ connectorNo: 1, plugged: true }] }, point);
  }

  sample(
    session: Session, sample: number, registerWh: number, state: 'charging' | 'suspended-ev' = 'charging',
    powerW = 11_000,
  ): void {
    if (session.pointId === null || session.connectorNo === null) throw new Error('no point');
    this.feed({
      kind: 'meter', sender: session.pointId,
      sample: {
        v: 1, id: messageId(`m-${sample}`), atMs: this.now, corr: session.corr, type: 'meter', pointId: session.pointId,
        sessionId: session.sessionId, connectorNo: session.connectorNo, bootId: 100, sample, registerWh, powerW,
        socPercent: 50, uptimeMs: this.now - 1_763_600_000_000, state,
      },
    });
  }

  /** A driver asks, the point authorizes, she plugs in, energy flows from `meterStartWh`. */
  charging(driverId: UserId, meterStartWh = 1_000, point: PointId = POINT): Session {
    const id = this.charge(driverId, { target: { kind: 'point', pointId: point, connectorNo: null } });
    this.authorize(point);
    this.fact('plugged', { connectorNo: 1, vehicle: null }, point);
    const session = this.sessionOf(id);
    this.fact('session-started', { sessionId: session.sessionId, connectorNo: 1, meterStartWh, socPercent: 40 }, point);
    return this.state.sessions.must(session.sessionId);
  }

  /** The point carries out the authorization that it was sent last. */
  authorize(point: PointId = POINT, outcome: 'done' | 'refused' = 'done'): void {
    const number = this.lastCommand('authorize', point).number;
    const reason = outcome === 'done' ? null : 'connector-busy';
    this.fact('command-result', { number, outcome, reason }, point);
  }

  end(session: Session, meterStopWh: number, reason: EndReason = 'driver'): Fact {
    return this.fact('session-ended', {
      sessionId: session.sessionId, connectorNo: 1, meterStartWh: session.meterStartWh ?? 0, meterStopWh,
      startedAtMs: session.startedAtMs ?? this.now, endedAtMs: this.now,
      chargedUptimeMs: this.now - (session.startedAtMs ?? this.now), reason, socPercent: 60,
    }, session.pointId ?? POINT);
  }

  later(ms: number): void {
    this.now += ms;
    this.feed({ kind: 'tick' });
  }

  sessionOf(request: string): Session {
    const session = [...this.state.sessions.values()].find((s) => s.requestId === request);
    if (session === undefined) throw new Error(`no session of request ${request}`);
    return session;
  }

  lastCommand<T extends Command['type']>(type: T, point: PointId = POINT): Extract<Command, { type: T }> {
    const found = this.commands.findLast((c) => c.to === point && c.command.type === type)?.command;
    if (found === undefined) throw new Error(`no ${type} was sent to ${point}`);
    return found as Extract<Command, { type: T }>;
  }

  noticesOf(driverId: UserId): string[] {
    return this.notices.filter((n) => n.driverId === driverId).map((n) => n.type);
  }

  lastNotice<T extends Notice['type']>(driverId: UserId, type: T): Extract<Notice, { type: T }> {
    const found = this.notices.findLast((n) => n.driverId === driverId && n.type === type);
    if (found === undefined) throw new Error(`${driverId} got no ${type}: ${this.noticesOf(driverId).join()}`);
    return found as Extract<Notice, { type: T }>;
  }

  corr(): CorrelationId {
    return correlationId(`c-${++this.#count}`);
  }

  #collect(effect: Effect): void {
    if (effect.kind === 'append') this.appended.push(effect);
    if (effect.kind === 'send' && effect.topic === 'notices') this.notices.push(effect.message);
    if ((effect.kind === 'send' || effect.kind === 'publish') && effect.topic === 'commands') {
      this.commands.push({ to: effect.to, command: effect.message });
    }
  }
}

/** What holds after every step, whatever came. */
export function checkInvariants(state: State): void {
  const holders = new Map<string, string>();
  const held = new Map<string, number>();
  for (const session of state.sessions.values()) {
    held.set(session.payer, (held.get(session.payer) ?? 0) + session.holdMinor);
    if (isOver(session) && session.holdMinor !== 0) throw new Error(`${session.sessionId} is over with a hold`);
    if (session.state !== 'charging' && session.state !== 'suspended') continue;
    const key = `${session.pointId}/${session.connectorNo}`;
    if (holders.has(key)) throw new Error(`${key} serves two sessions`);
    holders.set(key, session.sessionId);
  }
  for (const { payer, holdMinor, reservationId, dueMs } of state.reservations.values()) {
    held.set(payer, (held.get(payer) ?? 0) + holdMinor);
    if (dueMs === null && holdMinor !== 0) throw new Error(`${reservationId} is over with a hold`);
  }
  for (const user of state.users.values()) {
    if (user.heldMinor !== (held.get(userWallet(user.userId)) ?? 0)) {
      throw new Error(`holds of ${user.userId} do not balance`);
    }
  }
  for (const { groupId, heldMinor } of state.groups.values()) {
    if (heldMinor !== (held.get(groupWallet(groupId)) ?? 0)) throw new Error(`holds of ${groupId} do not balance`);
  }
}
