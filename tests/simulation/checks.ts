// What must hold, checked where it becomes true: at every commit of Central, at every notice that a client keeps, at
// every report of an engine; and, when all is quiet, the sums.
import { checkInvariants } from '../../ev-central/core/core-harness.ts';
import type { Send } from '../../ev-central/core/effects.ts';
import type { HoldRow, Movement, Session } from '../../ev-central/core/rows.ts';
import type { State } from '../../ev-central/core/state.ts';
import type { Wallet } from '../../ev-central/core/wallet.ts';
import { keptFor } from '../../ev-central/core/reservation-slots.ts';
import { waitingLine } from '../../ev-central/core/waiting-queue.ts';
import type { Commit, OutboxRow } from '../../ev-central/store/store.ts';
import type { Station } from '../../ev-cp-engine/station.ts';
import { type Account, groupWallet, userWallet } from '../../shared/account.ts';
import { isBefore } from '../../shared/fact-position.ts';
import type { SessionId } from '../../shared/ids.ts';
import type { DeadLetter } from '../../shared/messages/dead-letter.ts';
import type { Notice } from '../../shared/messages/notice.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import { DebtWatch } from './debt-watch.ts';
import { isForged } from './forged.ts';
import { doubleBooking } from './double-booking.ts';
import { LossWatch } from './loss-watch.ts';
import type { Poison } from './poison.ts';
import { StrayWatch } from './stray-watch.ts';
import { ToldEnds } from './told-ends.ts';
import type { World } from './world.ts';

/** Ways to break the build on purpose: the simulation has to find each. */
export const BREAKS = ['drop-outbox-row'] as const;
export type Break = (typeof BREAKS)[number];

/** All that was ever written, by which the rules over time are checked. */
export class History {
  readonly tickets = new Map<string, Ticket[]>();
  readonly holds = new Map<string, HoldRow[]>();
  /** All movements; what each account got of them, and which tickets were booked. */
  readonly movements: Movement[] = [];
  readonly accounts = new Map<string, number>();
  readonly booked = new Set<string>();
  readonly refunded = new Map<string, number>();
  paidByGroup = 0;
  transfers = 0;
  readonly notices = new Map<string, number>();
  /** Every message that had to be delivered, by id. */
  readonly sends = new Map<string, Send>();
  /** Messages whose receiver had no key when they were sent: nobody could read them. */
  readonly withoutKey = new Set<string>();
  /** What the points reported as delivered, by session. */
  readonly reportedWh = new Map<string, number>();
  readonly registers = new Map<string, number>();
  readonly strays = new StrayWatch();
  readonly ends = new ToldEnds();
  readonly debts = new DebtWatch();
  readonly #losses: LossWatch;
  deadLetters = 0;
  /** Invoices and credit notes, once they are counted at the end. */
  invoices = 0;
  /** Offers to somebody who waited. */
  offers = 0;
  readonly #world: World;
  readonly #break: Break | null;
  readonly #poison: Poison;
  readonly #started = new Set<string>();
  readonly #chargesOf = new Map<string, Map<string, number>>();
  readonly #meterOfSession = new Map<string, number>();
  readonly #barredKeys = new Map<string, { keyId: string | null; accepted: string }>();
  readonly #acceptedOf = new Map<string, { bootId: number; seq: number }>();
  readonly #queues = new Map<string, readonly SessionId[]>();
  readonly #messageOfRow = new Map<number, string>();
  #dropped = false;

  constructor(world: World, broken: Break | null, poison: Poison) {
    this.#world = world;
    this.#break = broken;
    this.#poison = poison;
    this.#losses = new LossWatch(poison);
    world.onNotes.push((what, { rowId }) => {
      if (what === 'outbox-row-without-key') this.withoutKey.add(this.#messageOfRow.get(Number(rowId)) ?? '');
    });
  }

  /** Every batch that stands in the database is looked at. */
  written(batch: Commit, rows: readonly OutboxRow[]): void {
    for (const { rowId, messageId } of rows) this.#messageOfRow.set(rowId, messageId);
    this.#look(batch);
  }

  /** A notice that a client keeps: the next one, once. */
  keepsNotice(driver: string, kept: readonly Notice[], notice: Notice): void {
    const last = kept.at(-1)?.number ?? 0;
    if (notice.number !== last + 1) this.#world.fail(`${driver} keeps notice ${notice.number} after notice ${last}`);
  }

  /** What an engine lets out of its disk: registers never go back, over all boots. */
  watchStation(station: Station): void {
    const seen = (place: string, registerWh: number): void => {
      const before = this.registers.get(place) ?? 0;
      if (registerWh < before) this.#world.fail(`the meter of ${place} went back from ${before} to ${registerWh} Wh`);
      this.registers.set(place, Math.max(before, registerWh));
    };
    station.listen({
      samples: (samples) => {
        for (const { hosted, sample } of samples) seen(`${hosted.pointId}/${sample.connectorNo}`, sample.registerWh);
      },
      fact: (fact) => {
        if (fact.type === 'sessions-held') this.strays.says(fact);
        // A point that Central has forgotten tells the start of what is under way once more.
        if (fact.type === 'session-started' && !this.#started.has(fact.sessionId)) {
          this.#started.add(fact.sessionId);
          seen(`${fact.pointId}/${fact.connectorNo}`, fact.meterStartWh);
        }
        if (fact.type !== 'session-ended') return;
        seen(`${fact.pointId}/${fact.connectorNo}`, fact.meterStopWh);
        // Where start and end were lost, a session may charge once more, at its next offer.
        const charges = this.#chargesOf.get(fact.sessionId) ?? new Map<string, number>();
        charges.set(`${fact.pointId}/${fact.connectorNo} ${fact.meterStartWh}`, fact.meterStopWh - fact.meterStartWh);
        this.#chargesOf.set(fact.sessionId, charges);
        this.reportedWh.set(fact.sessionId, [...charges.values()].reduce((sum, wh) => sum + wh, 0));
      },
    });
  }

  /** What is written of a batch when the build is broken on purpose. */
  broken(batch: Commit): Commit {
    if (this.#break !== 'drop-outbox-row' || this.#dropped) return batch;
    const at = batch.sends.findIndex(({ topic }) => topic === 'notices' || topic === 'commands');
    if (at < 0 || !this.#world.chance.is(0.1)) return batch;
    this.#dropped = true;
    this.#world.note('check', 'an outbox row was dropped on purpose', { id: batch.sends[at]?.message.id });
    return { ...batch, sends: batch.sends.filter((_send, index) => index !== at) };
  }

  #look(batch: Commit): void {
    try {
      for (const append of batch.appends) {
        switch (append.table) {
          case 'tickets': this.#ticket(append.row); break;
          case 'holds': this.#hold(append.row); break;
          case 'movements': this.#movement(append.row); break;
          case 'notices': this.#notice(append.row); break;
          case 'dead_letters': this.#deadLetter(append.row); break;
          default:
        }
      }
      for (const send of batch.sends) {
        if (this.sends.has(send.message.id)) throw new Error(`two messages have the id ${send.message.id}`);
        this.sends.set(send.message.id, send);
        this.strays.sent(send, this.#world.nowMs);
      }
      const state = batch.tables as State;
      checkInvariants(state);
      this.#lookAtBalances(state);
      this.debts.look(batch);
      const double = doubleBooking(state);
      if (double !== null) throw new Error(double);
      this.#losses.look(batch);
      this.#lookAtMeters(state);
      this.#lookAtKeys(state);
      this.#lookAtFacts(state);
      this.strays.look(state, this.#world.nowMs, this.#poison.lostFacts);
      this.ends.look(state);
      this.#lookAtQueues(state, batch.now);
    } catch (error) {
      this.#world.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Keys come and go, and poison is given up; but nobody else here says what cannot be taken, except forgers. */
  #deadLetter(letter: DeadLetter): void {
    const { reason, detail, headers } = letter;
    this.deadLetters += 1;
    if (this.#poison.isGivenUp(letter)) return;
    if (reason === 'wrong-key' || reason === 'unknown-sender' || isForged(headers['mid'] ?? '')) return;
    throw new Error(`Central cannot take ${headers['mid'] ?? 'a message'}: ${reason}, ${detail}`);
  }

  #ticket(ticket: Ticket): void {
    const { sessionId, kind, energyWh, meterStartWh, meterStopWh } = ticket;
    const before = this.tickets.get(sessionId) ?? [];
    if ((kind === 'final') !== (before.length === 0)) {
      throw new Error(`${sessionId} got ${kind} ticket ${before.length + 1}`);
    }
    if (kind === 'final' && energyWh !== meterStopWh - meterStartWh) {
      throw new Error(`the ticket of ${sessionId} bills ${energyWh} Wh of ${meterStopWh - meterStartWh} metered`);
    }
    this.tickets.set(sessionId, [...before, ticket]);
  }

  #hold(hold: HoldRow): void {
    const rows = [...this.holds.get(hold.sessionId) ?? [], hold];
    this.holds.set(hold.sessionId, rows);
    const changes = rows.map(({ change }) => change);
    const closed = changes.filter((change) => change === 'settled' || change === 'released').length;
    const wrong = changes[0] !== 'opened' || changes.lastIndexOf('opened') > 0 || closed > 1
      || (closed === 1 && changes.at(-1) !== 'settled' && changes.at(-1) !== 'released');
    if (wrong) throw new Error(`the hold of ${hold.sessionId} went ${changes.join(', ')}`);
  }

  /** Every movement balances, a wallet goes on from where it was, and a ticket is booked once, with its total. */
  #movement(movement: Movement): void {
    const { kind, postings, ticketId, currency } = movement;
    const text = `movement ${this.movements.length + 1} (${kind})`;
    const sum = postings.reduce((total, { amountMinor }) => total + amountMinor, 0);
    if (sum !== 0 || postings.length < 2) throw new Error(`${text} does not balance: ${JSON.stringify(postings)}`);
    for (const { account, amountMinor, balanceMinor } of postings) {
      const key = `${account} ${currency}`;
      const after = (this.accounts.get(key) ?? 0) + amountMinor;
      this.accounts.set(key, after);
      if (balanceMinor !== null && balanceMinor !== after) {
        throw new Error(`${text} leaves ${balanceMinor} on ${account}, its postings ${after}`);
      }
    }
    if (kind === 'transfer') this.transfers += 1;
    if (kind === 'charge' && postings[0]?.account.startsWith('wallet:group:') === true) this.paidByGroup += 1;
    if (kind === 'refund' && ticketId !== null) this.#refundIsCovered(movement, ticketId);
    if (kind === 'charge' || kind === 'correction') this.#ticketIsBooked(movement, ticketId ?? '');
    this.movements.push(movement);
  }

  #ticketIsBooked({ postings, sessionId }: Movement, ticketId: string): void {
    const ticket = this.tickets.get(sessionId ?? '')?.find((each) => each.ticketId === ticketId);
    const paidMinor = 0 - (postings[0]?.amountMinor ?? 0);
    if (ticket?.totalMinor !== paidMinor) {
      throw new Error(`${ticketId} of ${ticket?.totalMinor} is booked as ${paidMinor}`);
    }
    if (this.booked.has(ticketId)) throw new Error(`ticket ${ticketId} is booked twice`);
    this.booked.add(ticketId);
  }

  /** No ticket is given back by more than it took. */
  #refundIsCovered({ postings, sessionId }: Movement, ticketId: string): void {
    const ticket = this.tickets.get(sessionId ?? '')?.find((each) => each.ticketId === ticketId);
    const refundedMinor = (this.refunded.get(ticketId) ?? 0) + (postings[0]?.amountMinor ?? 0);
    if (ticket === undefined || refundedMinor > ticket.totalMinor) {
      throw new Error(`${refundedMinor} of ticket ${ticketId} were given back, it took ${ticket?.totalMinor ?? 0}`);
    }
    this.refunded.set(ticketId, refundedMinor);
  }

  /** What memory holds of each wallet is what was booked on it. */
  #lookAtBalances(state: State): void {
    const look = (account: Account, { currency, balanceMinor }: Wallet): void => {
      const bookedMinor = this.accounts.get(`${account} ${currency}`) ?? 0;
      if (balanceMinor !== bookedMinor) throw new Error(`${account} has ${balanceMinor}, ${bookedMinor} were booked`);
    };
    for (const user of state.users.values()) look(userWallet(user.userId), user);
    for (const group of state.groups.values()) look(groupWallet(group.groupId), group);
  }

  #notice(notice: Notice): void {
    const { driverId, number } = notice;
    const last = this.notices.get(driverId) ?? 0;
    if (number !== last + 1) throw new Error(`${driverId} is given notice ${number} after ${last}`);
    this.notices.set(driverId, number);
    this.ends.told(notice);
  }

  /** What Central holds of a session's meter never goes back, and its bill is never above it. */
  #lookAtMeters(state: State): void {
    for (const session of state.sessions.values()) {
      if (session.usage === null || session.meterStartWh === null) continue;
      const registerWh = session.meterStartWh + session.usage.energyWh;
      const before = this.#meterOfSession.get(session.sessionId) ?? session.meterStartWh;
      if (registerWh < before) throw new Error(`${session.sessionId} goes back from ${before} to ${registerWh} Wh`);
      this.#meterOfSession.set(session.sessionId, registerWh);
      const newestWh = Math.max(registerWh, state.meters.get(session.sessionId)?.registerWh ?? 0);
      const meteredWh = newestWh - session.meterStartWh;
      if (session.energyWh > meteredWh) {
        throw new Error(`${session.sessionId} is billed ${session.energyWh} Wh of ${meteredWh} Wh`);
      }
    }
  }

  /** Facts are taken in their order, each once: the place of the last one only goes forward. */
  #lookAtFacts(state: State): void {
    for (const { pointId, accepted } of state.pointStates.values()) {
      if (accepted === null) continue;
      const before = this.#acceptedOf.get(pointId);
      if (before !== undefined && isBefore(accepted, before)) {
        throw new Error(`the facts of ${pointId} go back: ${JSON.stringify([before, accepted])}`);
      }
      this.#acceptedOf.set(pointId, accepted);
    }
  }

  /** Who is offered a connector had nobody before her who waited for the same point and could have had it. */
  #lookAtQueues(state: State, now: number): void {
    for (const { siteId } of state.sites.values()) {
      const line = waitingLine(state, siteId, now);
      const before = this.#queues.get(siteId) ?? [];
      for (const id of before) {
        const served = state.sessions.get(id);
        if (served === undefined || !served.offered || isForHerAlone(state, served)) continue;
        this.offers += 1;
        const first = line.find((waiting) => before.includes(waiting.sessionId) && comesBefore(waiting, served)
          && wants(waiting, served));
        if (first === undefined) continue;
        throw new Error(`${served.sessionId} is served at ${served.pointId} before ${first.sessionId}`);
      }
      this.#queues.set(siteId, line.map(({ sessionId }) => sessionId));
    }
  }

  /** While a point's key is revoked, nothing that it says is taken. */
  #lookAtKeys(state: State): void {
    for (const point of state.pointStates.values()) {
      const row = point.keyId === null ? undefined : state.keys.get(point.keyId);
      const isBarred = point.barred?.why === 'key-revoked' && row?.revokedAtMs !== null;
      const accepted = JSON.stringify(point.accepted);
      const before = this.#barredKeys.get(point.pointId);
      if (!isBarred) {
        this.#barredKeys.delete(point.pointId);
        continue;
      }
      if (before !== undefined && before.accepted !== accepted) {
        throw new Error(`${point.pointId} is heard although its key is revoked: ${before.accepted} → ${accepted}`);
      }
      this.#barredKeys.set(point.pointId, { keyId: point.keyId, accepted });
      for (const session of state.sessions.values()) {
        const { state: is, pointId } = session;
        if (pointId === point.pointId && (is === 'charging' || is === 'authorized' || is === 'preparing')) {
          throw new Error(`${session.sessionId} is ${is} at ${pointId}, whose key is revoked`);
        }
      }
    }
  }
}

/** Her own vehicle still stands there from the charge before, or it is her slot: nobody else can have the connector. */
function isForHerAlone(state: State, { pointId, connectorNo, driverId }: Session): boolean {
  const connectors = pointId === null ? [] : state.pointStates.get(pointId)?.connectors ?? [];
  const found = connectors.find((connector) => connector.connectorNo === connectorNo);
  const isHerSlot = pointId !== null && found !== undefined
    && keptFor(state, pointId, found.connectorNo)?.userId === driverId;
  return isHerSlot || (found?.plugged === true && found.finishedSessionId !== null);
}

/** Of the same class, and waiting for longer. */
function comesBefore(a: Session, b: Session): boolean {
  return a.priorityClass === b.priorityClass && (a.queuedAtMs ?? 0) < (b.queuedAtMs ?? 0);
}

function wants({ target }: Session, { siteId, pointId, connectorNo }: Session): boolean {
  switch (target.kind) {
    // Who stands at a connector waits for that one.
    case 'point': return target.pointId === pointId && (target.connectorNo ?? connectorNo) === connectorNo;
    case 'site': return target.siteId === siteId;
    case 'near': return true;
  }
}
