// One seed from its begin to its verdict: a network is made, people use it while faults happen, the faults stop, the
// world settles within a bounded time, and then the sums must be right.
import { isOver as isChargeOver } from '../../ev-driver/charges.ts';
import { isOver } from '../../ev-central/core/session-index.ts';
import type { Session } from '../../ev-central/core/rows.ts';
import { sessionId, type SessionId } from '../../shared/ids.ts';
import type { Break } from './checks.ts';
import { Faults } from './faults.ts';
import { claimsAtHome, HomeCharging } from './home-charging.ts';
import {
  checkAudit, checkBills, checkDebts, checkFigures, checkInvoicing, checkPoints, checkTold, lostWh, wronglyShown,
} from './last-checks.ts';
import { People } from './people.ts';
import { Newcomers } from './newcomers.ts';
import { Bookers } from './reservation-people.ts';
import { asError } from './place.ts';
import { buildTown, firstOrders, kindOf, type Town } from './town.ts';

/** Simulated time in which everything must have come to rest when the faults have stopped. */
const SETTLE_MS = 45 * 60_000;
const DAY_MS = 24 * 3_600_000;
/** With every log read, this long for the last words. */
const LAST_WORDS_MS = 70_000;

export type Verdict = {
  readonly seed: number;
  readonly failure: string | null;
  readonly simulatedMs: number;
  readonly steps: number;
  readonly faults: number;
  readonly digest: number;
  readonly trace: readonly string[];
  readonly faultKinds: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
};

export type SimulationOptions = {
  readonly broken?: Break | null;
  readonly onTrace?: (line: string) => void;
  /** How long a day is, for those who have no time: 24 h. */
  readonly dayMs?: number;
};

/** Runs a seed. Never throws: a failure is part of the verdict. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<Verdict> {
  const kind = kindOf(seed);
  const town = buildTown(seed, { broken: options.broken ?? null, kind });
  const { world } = town;
  world.onTrace = options.onTrace ?? null;
  const strayed = (error: unknown): void => world.fail(asError(error));
  process.on('unhandledRejection', strayed);
  let people: People | null = null;
  let newcomers: Newcomers | null = null;
  let home: HomeCharging | null = null;
  let bookers: Bookers | null = null;
  let faults: Faults | null = null;
  try {
    await begin(town);
    people = new People(town);
    town.paying?.begin(town.drivers.map(({ driverId }) => driverId));
    newcomers = new Newcomers(town);
    home = claimsAtHome(seed) ? new HomeCharging(town) : null;
    bookers = new Bookers(town);
    faults = new Faults(town);
    const troubledMs = world.chance.between(60_000, 300_000);
    await world.run(kind === 'day' ? options.dayMs ?? DAY_MS : troubledMs);
    faults.stop();
    people.comeToAnEnd();
    town.paying?.comeToAnEnd();
    newcomers.comeToAnEnd();
    home?.comeToAnEnd();
    bookers.comeToAnEnd();
    town.post.isTroubled = false;
    world.note('faults', 'stopped');
    const owing = [newcomers, home, bookers];
    const settled = await world.run(SETTLE_MS, () => owed(town, owing) === null);
    if (!settled) world.fail(`not settled in time: ${owed(town, owing) ?? 'nothing'}`);
    await world.run(LAST_WORDS_MS);
    if (world.failure === null) checkSums(town);
    if (world.failure === null) checkTold(town);
    if (world.failure === null) checkPoints(town);
    if (world.failure === null) checkAudit(town);
    if (world.failure === null) checkBills(town);
    if (world.failure === null) checkInvoicing(town);
    if (world.failure === null) checkFigures(town);
    if (world.failure === null) checkDebts(town);
    if (world.failure === null) newcomers.check();
    if (world.failure === null) home?.check();
    if (world.failure === null) bookers.check();
  } catch (error) {
    world.fail(asError(error));
  } finally {
    process.off('unhandledRejection', strayed);
    end(town);
  }
  return {
    seed, failure: world.failure === null ? null : reasonOf(world.failure), simulatedMs: world.nowMs,
    steps: world.steps, faults: faults?.total ?? 0, digest: world.digest, trace: world.trace,
    faultKinds: faults?.counts ?? {},
    counts: { ...town.cluster.counts, ...people?.counts, ...town.post.counts, ...newcomers?.counts, ...home?.counts,
      ...bookers?.counts,
      ...town.disk.counts, ...town.standby.counts, ...town.poison.counts, ...town.paying?.counts,
      ...town.history.debts.counts,
      tickets: town.history.tickets.size, invoices: town.history.invoices, offers: town.history.offers,
      paidByGroup: town.history.paidByGroup, refunds: town.history.refunded.size, transfers: town.history.transfers,
      strays: town.history.strays.count, resumptions: town.history.ends.resumptions,
      deadLetters: town.history.deadLetters, starts: starts(town) },
  };
}

async function begin(town: Town): Promise<void> {
  const { central, engines, monitors, drivers, world } = town;
  central.start();
  const running = central.running;
  if (running === null) throw new Error('Central did not start');
  let given = 0;
  const orders = firstOrders(town);
  for (const order of orders) {
    void running.order(order, 'admin').then(({ ok, text }) => {
      given += 1;
      if (!ok) world.fail(`the order ${order.kind} was refused: ${text}`);
    });
  }
  await world.run(10_000, () => given === orders.length);
  for (const place of [...engines, ...monitors, ...drivers]) place.start();
  world.note('town', town.kind);
}

function end({ central, engines, monitors, rivals, drivers, disk }: Town): void {
  for (const place of [central, ...engines, ...monitors, ...rivals, ...drivers]) place.life?.die();
  disk.close();
}

function starts({ central, engines, monitors, drivers }: Town): number {
  return [central, ...engines, ...monitors, ...drivers].reduce((sum, place) => sum + place.starts, 0);
}

function owed(town: Town, owing: readonly ({ unsettled(): string | null } | null)[]): string | null {
  let what = unsettled(town);
  for (const each of owing) what ??= each?.unsettled() ?? null;
  return what;
}

/** What has still to come to rest; null: nothing. */
function unsettled(town: Town): string | null {
  const { central, engines, drivers, disk, history } = town;
  const state = central.running?.state;
  if (state === undefined) return 'Central is not there';
  const waiting = disk.store.outboxSize();
  if (waiting > 0) return `${waiting} rows wait in the outbox`;
  const unread = unreadLog(town);
  if (unread !== null) return unread;
  for (const session of state.sessions.values()) {
    if (!isOver(session)) return `session ${session.sessionId} is ${session.state}`;
    if (session.provisional) return `session ${session.sessionId} is provisional`;
  }
  for (const { running: station, name } of engines) {
    if (station === null) return `${name} is not there`;
    if (station.journal.factCount > 0) return `${name} keeps ${station.journal.factCount} facts`;
    for (const { pointId, point } of station.points.values()) {
      for (const { connectorNo, session, authorization } of point.kept.connectors) {
        if (session !== null) return `${pointId}/${connectorNo} is in session ${session.sessionId}`;
        if (authorization !== null) return `${pointId}/${connectorNo} waits for ${authorization.driverId}`;
      }
    }
  }
  const unpaid = town.paying?.unsettled(disk.store) ?? null;
  if (unpaid !== null) return unpaid;
  const wrong = wronglyShown(town);
  if (wrong !== null) return `${wrong} lost a fact and is shown as it is not`;
  for (const { running: client, driverId, pocket } of drivers) {
    if (client === null) return `the client of ${driverId} is not there`;
    if (client.state.login.state !== 'in') return `${driverId} is not logged in: ${client.state.login.state}`;
    const given = history.notices.get(driverId) ?? 0;
    const kept = pocket.notices.at(-1)?.number ?? 0;
    if (kept < given) return `${driverId} has ${kept} of ${given} notices`;
    const open = [...client.state.charges.values()].find((charge) => !isChargeOver(charge));
    if (open !== undefined) return `${driverId} waits for ${open.requestId}, which is ${open.state}`;
    if (client.state.takeBacks.size > 0) return `${driverId} has requests to take back`;
  }
  return null;
}

/** A partition that Central has not read to its end, by what its database says; null: it has read all of them. */
function unreadLog({ disk, cluster }: Town): string | null {
  const stored = new Map(disk.store.offsets().map(({ topic, partition, next }) => [`${topic}/${partition}`, next]));
  for (const topic of ['ev.requests', 'ev.facts', 'ev.meter']) {
    for (let partition = 0; partition < cluster.partitions; partition += 1) {
      const place = `${topic}/${partition}`;
      const { end } = cluster.log(topic, partition);
      if (stored.get(place) !== end) return `${place} was read up to ${stored.get(place) ?? 'nowhere'} of ${end}`;
    }
  }
  return null;
}

/** The sums over the whole run. */
function checkSums(town: Town): void {
  const { world, history, engines, central, disk: { store } } = town;
  const state = central.running?.state;
  if (state === undefined) return world.fail('Central is gone at the end');
  let deliveredWh = 0;
  for (const { running: station } of engines) {
    for (const { point } of station?.points.values() ?? []) {
      for (const { registerWh } of [...point.kept.connectors, ...point.kept.retired]) deliveredWh += registerWh;
    }
  }
  const tickets = [...history.tickets.values()].flat();
  const billedWh = tickets.reduce((sum, { energyWh }) => sum + energyWh, 0);
  // From the database: memory forgets what is over for long. Not of the reported ones alone: an engine that died of a
  // full disk may have written the end without ever learning that it had.
  const disputedWh = [...history.holds.keys()]
    .reduce((sum, id) => sum + (store.session(sessionId(id))?.disputedWh ?? 0), 0);
  if (deliveredWh !== billedWh + disputedWh + lostWh(town)) {
    const odd = oddSessions(town).join('; ');
    world.fail(`${deliveredWh} Wh delivered, ${billedWh} Wh in tickets, ${disputedWh} Wh disputed: ${odd}`);
  }
  for (const [sessionId, rows] of history.holds) {
    const last = rows.at(-1)?.change;
    if (last !== 'settled' && last !== 'released') world.fail(`the hold of ${sessionId} was never closed`);
  }
  for (const user of state.users.values()) {
    if (user.heldMinor !== 0) world.fail(`${user.heldMinor} of ${user.userId} are still held`);
  }
  for (const { groupId, heldMinor } of state.groups.values()) {
    if (heldMinor !== 0) world.fail(`${heldMinor} of the group ${groupId} are still held`);
  }
  town.paying?.check(store, history.movements);
  checkLedger(town, tickets.map(({ totalMinor }) => totalMinor));
  checkDelivery(town);
  checkClients(town, state.sessions);
}

/** What the clients show at the end is what Central knows. */
function checkClients(
  { world, drivers }: Town, sessions: { get(id: SessionId): Session | undefined },
): void {
  for (const { running: client, driverId } of drivers) {
    for (const { sessionId: id, requestId, state: shown, ticket, failed } of client?.state.charges.values() ?? []) {
      const session = id === null ? undefined : sessions.get(id);
      if (session === undefined || failed !== null || session.requestId !== requestId) continue;
      const wrong = shown !== session.state || (ticket?.energyWh ?? 0) > session.energyWh;
      if (wrong) world.fail(`${driverId} sees ${requestId} as ${shown}, Central has ${session.state}`);
    }
  }
}

/** The sessions of which a point reported something else than Central has, for whoever looks for the fault. */
function oddSessions({ history, disk: { store } }: Town): string[] {
  const odd: string[] = [];
  for (const [id, reportedWh] of history.reportedWh) {
    const session = store.session(sessionId(id));
    const knownWh = (session?.energyWh ?? 0) + (session?.disputedWh ?? 0);
    if (knownWh === reportedWh) continue;
    odd.push(`${id} (${session?.state ?? 'unknown'}): ${reportedWh} Wh, Central has ${knownWh}`);
  }
  return odd;
}

/** What sites earned is what is on the tickets; and the database, asked by itself, says that its books are sound. */
function checkLedger({ world, history, disk: { store } }: Town, totals: readonly number[]): void {
  let chargedMinor = 0;
  for (const { kind, postings } of history.movements) {
    if (kind === 'charge' || kind === 'correction') chargedMinor -= postings[0]?.amountMinor ?? 0;
  }
  const { movements, faults } = store.verifyLedger();
  if (faults.length > 0) world.fail(`the ledger is not sound: ${JSON.stringify(faults)}`);
  if (movements !== history.movements.length) world.fail(`${movements} movements of ${history.movements.length}`);
  const billedMinor = totals.reduce((sum, total) => sum + total, 0);
  if (chargedMinor !== billedMinor) world.fail(`${chargedMinor} were charged, ${billedMinor} are on tickets`);
}

/** Every message that had to be delivered is in its log, unless its receiver had no key to read it with. */
function checkDelivery({ world, history, cluster }: Town): void {
  for (const [id, { topic, to }] of history.sends) {
    if (cluster.arrived.has(id) || history.withoutKey.has(id)) continue;
    world.fail(`message ${id} for ${to} never reached ${topic}`);
    return;
  }
}

function reasonOf(error: Error): string {
  const cause = error.cause instanceof Error ? ` ← ${error.cause.message}` : '';
  const isCheck = error.constructor === Error;
  return `${error.message}${cause}${isCheck ? '' : `\n${error.stack ?? ''}`}`;
}
