// A storm of inputs on Central's core, with its store: points and people that do anything in any order, with times and
// registers that make no sense. Whatever comes, every step keeps the books, what is stored is what is in memory, every
// ticket can be computed again, and in the end nothing stays open. A seed decides everything.
import { checkTickets } from '../../ev-central/cli/ticket-check.ts';
import { ANA, BEN, CAT, Network, OTHER_POINT, POINT, SITE } from '../../ev-central/core/core-harness.ts';
import { checkInvoices, invoiceFaultText } from '../../ev-central/core/invoice-check.ts';
import { sampleIssuer } from '../../ev-central/core/issuer-for-tests.ts';
import type { Append } from '../../ev-central/core/effects.ts';
import type { Session } from '../../ev-central/core/rows.ts';
import { openStore, type Store } from '../../ev-central/store/store.ts';
import { userWallet } from '../../shared/account.ts';
import { connectionId, groupId, messageId, meterId, siteId, tariffId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { Goal } from '../../shared/messages/values.ts';
import { currency } from '../../shared/money.ts';
import { type Chance, createChance } from './chance.ts';
import { differsFromMemory } from './memory-check.ts';

const STEPS = 120;
const START_MS = 1_763_722_800_000;
const LATEST_MS = 253_402_300_799_999;
const HOUR_MS = 3_600_000;
/** After this long without anything but time, nothing that has begun is open any more. */
const QUIET_HOURS = 60;
const MEMORY_EVERY = 10;
const CLUB = groupId('club');
const METER = meterId('home');
const OTHER_SITE = siteId('B');

/** What the harness itself, or the check that knows no hostile points, says to nonsense: no fault of the core. */
const NOT_MEANT = /serves two sessions|no authorize was sent|is not connected/;

/** A network whose every batch is stored. */
class StoredNetwork extends Network {
  readonly store: Store;

  constructor(store: Store, monitorLossPolicy: 'finish' | 'stop') {
    super({ monitorLossPolicy, issuer: sampleIssuer() });
    this.store = store;
    // All that the harness was fed before it had a store: the ledger has to know the first money too.
    this.#write(this.appended);
  }

  override feed(...inputs: Parameters<Network['feed']>): ReturnType<Network['feed']> {
    try {
      return super.feed(...inputs);
    } finally {
      this.save();
    }
  }

  save(): void {
    // The harness is fed before it has a store.
    if ((this.store as Store | undefined) === undefined) return;
    this.#write(this.effects.filter((effect) => effect.kind === 'append'));
  }

  #write(appends: readonly Append[]): void {
    const sends = this.effects.filter((effect) => effect.kind === 'send');
    this.store.commit({
      tables: this.state, appends, sends, offsets: [], outboxDone: [], outboxReopenSinceMs: null, now: this.now,
    });
  }
}

type Storm = { readonly net: StoredNetwork; readonly chance: Chance };
type Act = readonly [weight: number, act: (storm: Storm) => void];

/** Runs one seed; null, or what went wrong and the last things that happened. */
export function storm(seed: number): string | null {
  const chance = createChance(seed);
  const store = openStore({
    file: ':memory:', masterKeyFile: null, clock: { now: () => START_MS }, log: () => undefined,
  });
  const done: string[] = [];
  try {
    const net = new StoredNetwork(store, chance.of(['finish', 'stop']));
    net.now = START_MS;
    net.connect(POINT);
    net.connect(OTHER_POINT);
    for (let step = 0; step < STEPS; step += 1) done.push(something({ net, chance }));
    compareMemory(net);
    checkBooks(net);
    comesToRest(net);
    checkAudit(net);
    checkAllInvoices(net);
    return null;
  } catch (error) {
    return `storm ${seed}: ${error instanceof Error ? error.stack ?? error.message : String(error)}\n`
      + `after ${done.slice(-8).join(', ')}`;
  } finally {
    store.close();
  }
}

function something(its: Storm): string {
  const { net, chance } = its;
  let roll = chance.below(WEIGHT);
  for (const [name, [weight, act]] of Object.entries(ACTS)) {
    roll -= weight;
    if (roll >= 0) continue;
    try {
      act(its);
    } catch (error) {
      if (!NOT_MEANT.test(String(error))) throw new Error(`${name} failed`, { cause: error });
    }
    if (chance.is(1 / MEMORY_EVERY)) compareMemory(net);
    return name;
  }
  return 'nothing';
}

function compareMemory({ state, store }: StoredNetwork): void {
  const difference = differsFromMemory(state, store);
  if (difference !== null) throw new Error(`memory and database differ: ${difference}`);
}

/** Tickets can be computed again from what is stored; the ledger adds up to the balances, and charges what they say. */
function checkBooks({ state, store, appended }: StoredNetwork): void {
  for (const { sessionId, flags } of state.sessions.values()) {
    const wrong = (checkTickets(store, sessionId) ?? []).find(({ same }) => !same);
    if (wrong !== undefined) throw new Error(`a ticket differs: ${JSON.stringify({ sessionId, flags, wrong })}`);
  }
  const booked = new Map<string, number>();
  for (const append of appended) {
    if (append.table !== 'movements') continue;
    for (const { account, amountMinor } of append.row.postings) {
      booked.set(account, (booked.get(account) ?? 0) + amountMinor);
    }
  }
  const sumOf = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0);
  const billedMinor = sumOf(appended.map((append) => (append.table === 'tickets' ? append.row.totalMinor : 0)));
  const chargedMinor = sumOf(appended.map((append) => {
    const isBill = append.table === 'movements' && append.row.ticketId !== null && append.row.kind !== 'refund';
    return isBill ? -(append.row.postings[0]?.amountMinor ?? 0) : 0;
  }));
  if (billedMinor !== chargedMinor) throw new Error(`${chargedMinor} were charged, ${billedMinor} are on tickets`);
  for (const { userId, balanceMinor } of state.users.values()) {
    const bookedMinor = booked.get(userWallet(userId)) ?? 0;
    if (bookedMinor !== balanceMinor) throw new Error(`the ledger of ${userId} differs from its balance`);
  }
  const { faults } = store.verifyLedger();
  if (faults.length > 0) throw new Error(`the ledger is not sound: ${JSON.stringify(faults)}`);
}

function checkAudit({ store }: StoredNetwork): void {
  const { faults } = store.verifyAudit(null);
  if (faults.length > 0) throw new Error(`the audit log is broken: ${JSON.stringify(faults)}`);
}

function checkAllInvoices({ store }: StoredNetwork): void {
  const { faults: [fault] } = checkInvoices(store.invoiceBooks());
  if (fault !== undefined) throw new Error(invoiceFaultText(fault));
}

/** Only who waits in a queue may wait for ever. */
function comesToRest(net: StoredNetwork): void {
  for (let hour = 0; hour < QUIET_HOURS; hour += 1) net.later(HOUR_MS);
  for (const id of net.state.sessionIndex.open()) {
    const session = net.state.sessions.must(id);
    if (session.state !== 'queued') throw new Error(`${id} stays ${session.state}`);
  }
}

const pointOf = ({ chance }: Storm) => chance.of([POINT, OTHER_POINT]);
const driverOf = ({ chance }: Storm) => chance.of([ANA, BEN, CAT]);
const registerOf = ({ chance }: Storm): number => chance.of([0, 1, 1_000, 1_001, 5_000, 1e6, 1e12]);

function timeOf({ net: { now }, chance }: Storm): number {
  return chance.of([now, now - 60_000, now + HOUR_MS, 0, LATEST_MS, now - 400 * 24 * HOUR_MS]);
}

function goalOf({ chance }: Storm): Goal {
  return {
    energyWh: chance.of([null, 10, 1e12]), amountMinor: chance.of([null, 1, 500]),
    socPercent: chance.of([null, 0, 100]),
  };
}

/** Does something to a session, if there is one. */
function toSession(act: (its: Storm, session: Session) => void): (its: Storm) => void {
  return (its) => {
    const sessions = [...its.net.state.sessions.values()];
    if (sessions.length > 0) act(its, its.chance.of(sessions));
  };
}

function orderOf(order: (its: Storm) => Order): (its: Storm) => void {
  return (its) => void its.net.order(order(its));
}

const ACTS: Readonly<Record<string, Act>> = {
  charge: [1, (its) => void its.net.charge(driverOf(its), { goal: goalOf(its), target: its.chance.of([
    { kind: 'point', pointId: pointOf(its), connectorNo: its.chance.of([null, 1]) },
    { kind: 'site', siteId: SITE },
    { kind: 'near', latitude: 38.3, longitude: -0.4, radiusM: 50_000 },
  ]) })],
  answer: [1, (its) => its.net.authorize(pointOf(its), its.chance.of(['done', 'refused']))],
  plug: [1, (its) => void its.net.fact('plugged',
    { connectorNo: its.chance.of([1, 1, 2]), vehicle: null }, pointOf(its))],
  unplug: [1, (its) => void its.net.fact('unplugged', { connectorNo: 1 }, pointOf(its))],
  start: [1, toSession((its, { sessionId, pointId }) => void its.net.fact('session-started', {
    sessionId, connectorNo: its.chance.of([1, 1, 3]), meterStartWh: registerOf(its), socPercent: 1, atMs: timeOf(its),
  }, its.chance.of([pointId ?? POINT, pointOf(its)])))],
  end: [1, toSession((its, { sessionId, pointId }) => void its.net.fact('session-ended', {
    sessionId, connectorNo: 1, meterStartWh: registerOf(its), meterStopWh: registerOf(its), startedAtMs: timeOf(its),
    endedAtMs: timeOf(its), chargedUptimeMs: its.chance.of([null, 0, 60_000, LATEST_MS]), socPercent: null,
    reason: its.chance.of(['driver', 'fault', 'unplugged', 'operator', 'key-revoked', 'never-reported']),
  }, its.chance.of([pointId ?? POINT, pointOf(its)])))],
  held: [0.5, toSession((its, { sessionId }) =>
    void its.net.fact('sessions-held', { sessionIds: [sessionId] }, pointOf(its)))],
  sample: [2, toSession(sample)],
  fault: [1, (its) => void its.net.fact('fault',
    { connectorNo: its.chance.of([null, 1]), code: 'relay', detail: '' }, pointOf(its))],
  clear: [1, (its) => void its.net.fact('cleared',
    { connectorNo: its.chance.of([null, 1]), code: 'relay' }, pointOf(its))],
  reboot: [1, (its) => its.net.reboot(pointOf(its), its.chance.is(0.5))],
  health: [0.3, (its) => its.net.health(its.chance.of(['ok', 'ok', 'ko', 'unreachable']), pointOf(its))],
  drop: [0.25, (its) => {
    const link = its.net.state.monitorLinks.get(pointOf(its));
    if (link !== undefined) its.net.feed({ kind: 'link-closed', connectionId: link.connectionId, reason: 'gone' });
  }],
  connect: [1, (its) => void its.net.feed({
    kind: 'monitor-proof', connectionId: connectionId(10 + its.chance.whole(0, 1e6)), re: messageId('f'),
    pointId: pointOf(its), address: '127.0.0.1', proved: true, byHand: its.chance.is(0.5), keyBase64: 'a2V5',
    clockOffsetMs: its.chance.of([0, 0, 5_000, -HOUR_MS, Number.MAX_SAFE_INTEGER]),
  })],
  stop: [1, toSession((its, { sessionId, driverId }) =>
    void its.net.stop(its.chance.of([driverId, driverOf(its)]), sessionId))],
  cancel: [1, toSession(({ net }, { driverId, requestId }) => void net.cancel(driverId, requestId))],
  later: [1, ({ net, chance }) => net.later(chance.of([1_000, 11_000, 121_000, 900_000, 24 * HOUR_MS]))],
  'end-session': [1, toSession(({ net }, { sessionId }) =>
    void net.order({ kind: 'end-session', sessionId, note: '' }))],
  'close-session': [1, toSession(({ net }, { sessionId }) =>
    void net.order({ kind: 'close-session', sessionId, note: '' }))],
  'leave-queue': [1, toSession(({ net }, { sessionId }) =>
    void net.order({ kind: 'leave-queue', sessionId, note: '' }))],
  operative: [0.1, orderOf(({ chance }) =>
    ({ kind: 'set-operative', scope: { kind: 'all' }, operative: chance.is(0.7), note: '' }))],
  'revoke-key': [0.1, orderOf((its) => ({ kind: 'revoke-point-key', pointId: pointOf(its), note: '' }))],
  unbar: [1, orderOf((its) => ({ kind: 'unbar-point', pointId: pointOf(its), note: '' }))],
  'revoke-user': [0.1, orderOf((its) => ({ kind: 'revoke-user-keys', userId: driverOf(its), note: '' }))],
  'remove-point': [0.1, orderOf((its) => ({ kind: 'remove-point', pointId: pointOf(its) }))],
  'put-point': [0.1, orderOf((its) => ({
    kind: 'put-point', secretSha256: `${'A'.repeat(43)}=`,
    point: {
      pointId: pointOf(its), siteId: its.chance.of([SITE, OTHER_SITE]), address: '', latitude: 38.34, longitude: -0.48,
      connectors: its.chance.of([[1], [1, 2], [2]]).map((connectorNo) =>
        ({ connectorNo, type: 'IEC_62196_T2', maxPowerW: 22_000 })),
    },
  }))],
  'put-site': [1, orderOf(() => ({ kind: 'put-site', site: {
    siteId: OTHER_SITE, name: 'B', address: '', latitude: 38.34, longitude: -0.48, timeZone: 'UTC',
    tariffId: tariffId('day'), queueEnabled: true,
  } }))],
  'remove-site': [0.1, orderOf(({ chance }) => ({ kind: 'remove-site', siteId: chance.of([SITE, OTHER_SITE]) }))],
  'remove-user': [0.1, orderOf((its) => ({ kind: 'remove-user', userId: driverOf(its) }))],
  book: [1, orderOf((its) => {
    const userId = driverOf(its);
    const balanceMinor = its.net.state.users.get(userId)?.balanceMinor ?? 0;
    const amountMinor = its.chance.of([-balanceMinor, 10_000, Number.MAX_SAFE_INTEGER]);
    return { kind: 'book', userId, amountMinor, reason: 'gift' };
  })],
  billing: [1, orderOf((its) => ({ kind: 'put-billing-details', details: {
    payer: userWallet(driverOf(its)), policy: its.chance.of([null, 'per-session', 'monthly']), name: null, address: [],
    vatId: null,
  } }))],
  refund: [0.3, toSession(({ net, chance }, { ticketId }) => {
    if (ticketId === null) return;
    net.order({ kind: 'refund-ticket', ticketId, amountMinor: chance.of([1, 7, 100_000]), reason: 'gift' });
  })],
  club: [0.3, orderOf((its) => ({ kind: 'put-group', group: {
    groupId: CLUB, name: '', kind: 'family', currency: currency('EUR'), active: true, siteIds: null, hours: null,
    limits: { perSessionMinor: null, perMonthMinor: null }, timeZone: 'Europe/Madrid',
    // Sometimes nobody: then a user can be removed.
    members: its.chance.of([[], [ANA, BEN, CAT]]).flatMap((userId) => (its.net.state.users.get(userId) === undefined
      ? [] : [{ userId, role: 'member' as const, paid: false, limits: null }])),
  } }))],
  terms: [0.2, orderOf((its) => ({ kind: 'put-claim-terms', terms: {
    groupId: CLUB, rate: { minor: 2_875, perKwh: 100 }, perClaimMinor: null, perMonthMinor: its.chance.of([null, 500]),
    meters: [{ userId: driverOf(its), meterId: METER }],
  } }))],
  claim: [1, orderOf((its) => {
    const [fromMs, fromWh] = [its.net.now - its.chance.whole(1, 9) * 1_000, its.chance.whole(0, 20_000)];
    const basis = { kind: 'registers', fromMs, toMs: fromMs + 1_000, fromWh, toWh: fromWh + 2_000 } as const;
    const claim = { groupId: CLUB, claimantId: driverOf(its), meterId: METER, basis };
    return { kind: 'put-claim', claimId: null, claim };
  })],
  'claim-step': [2, (its) => {
    const [claim] = [...its.net.state.claims.values()].slice(-3);
    if (claim === undefined) return;
    const { claimId } = claim;
    its.net.order(its.chance.of<Order>([
      { kind: 'add-claim-evidence', claimId, evidence: {
        reference: 'x', sha256: 'a'.repeat(64), mediaType: 'image/png', bytes: 9,
      } },
      { kind: 'submit-claim', claimId }, { kind: 'approve-claim', claimId },
      { kind: 'reject-claim', claimId, reason: 'no' }, { kind: 'pay-claim', claimId, from: 'reimbursements' },
    ]));
  }],
  reset: [1, orderOf((its) => ({ kind: 'reset-point', pointId: pointOf(its), how: 'soft' }))],
};
const WEIGHT = Object.values(ACTS).reduce((sum, [weight]) => sum + weight, 0);

function sample(its: Storm, { sessionId, pointId, connectorNo, corr }: Session): void {
  if (pointId === null || connectorNo === null) return;
  const { net, chance } = its;
  net.feed({ kind: 'meter', sender: pointId, sample: {
    v: 1, id: messageId('m'), atMs: timeOf(its), corr, type: 'meter', pointId, sessionId, connectorNo: 1, bootId: 100,
    sample: chance.whole(1, 1_000), registerWh: registerOf(its), powerW: chance.of([0, 11_000]),
    socPercent: chance.of([null, 50]), uptimeMs: chance.of([0, Math.max(0, net.now - START_MS), LATEST_MS]),
    state: chance.of(['charging', 'suspended-ev', 'suspended-evse']),
  } });
}
