// A payment gateway at the port, and people who pay through it: its books are those of the local gateway, the ways
// there and back lose, double, delay and reorder. It outlives every Central. Some seeds have one, with a chance of its
// own, so that the others stay as they were.
import { GatewayBook, type Reply, type Wanted } from '../../scripts/gateway/book.ts';
import { TOKENS } from '../../scripts/gateway/magic.ts';
import type { Central } from '../../ev-central/central.ts';
import type { GatewayAsk, GatewayOutcome, Payment } from '../../ev-central/core/payment-rows.ts';
import { PAYMENT_TABLE } from '../../ev-central/core/payment-states.ts';
import type { Movement } from '../../ev-central/core/rows.ts';
import { createLocalGateway } from '../../ev-central/payments/local/local-gateway.ts';
import { signWebhook, SIGNATURE_HEADER } from '../../ev-central/payments/local/signature.ts';
import type { LocalEvent, LocalPayment } from '../../ev-central/payments/local/words.ts';
import type { PaymentGateway } from '../../ev-central/payments/port.ts';
import type { Store } from '../../ev-central/store/store.ts';
import { gatewayAccount } from '../../shared/account.ts';
import type { UserId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { type Chance, createChance } from './chance.ts';
import { type Life, START_MS, type World } from './world.ts';

const NAME = 'sim';
const SECRET = 'webhook secret of the simulation';
const CALL_MS = 20_000;
export const PAYMENT_RULES = [{ gateway: NAME, countries: null, currencies: null, users: null }];

/** The first seeds, by which broken builds are found, stay as they are. */
export function hasPayments(seed: number): boolean {
  return seed > 24 && seed % 3 === 1;
}

export class Paying {
  readonly counts = { payments: 0, webhooks: 0, answersLost: 0, webhooksLost: 0, webhooksForged: 0 };
  readonly #world: World;
  readonly #chance: Chance;
  readonly #central: () => Central | null;
  readonly #book: GatewayBook;
  readonly #begun = new Set<string>();
  #isCalm = false;

  constructor(world: World, seed: number, central: () => Central | null) {
    this.#world = world;
    this.#chance = createChance(seed + 7_777_777);
    this.#central = central;
    this.#book = new GatewayBook({
      entries: [], write: () => undefined, actionUrl: (reference) => `https://bank.example/${reference}`,
    });
  }

  /** The port, for one life of Central. */
  gateway(life: Life): PaymentGateway {
    const ask = (wanted: GatewayAsk): Promise<GatewayOutcome> => this.#call(life, wanted);
    const { readWebhook } = createLocalGateway({
      name: NAME, url: '', apiKey: '', webhookSecret: SECRET, nowMs: () => START_MS + this.#world.nowMs,
    });
    return { name: NAME, authorize: ask, capture: ask, cancel: ask, refund: ask, fetch: ask, readWebhook,
      actionUrl: () => Promise.resolve(null) };
  }

  /** People begin to pay. */
  begin(users: readonly UserId[]): void {
    this.#world.after(this.#chance.between(500, 12_000), () => {
      if (this.#isCalm) return;
      this.#act(users);
      this.begin(users);
    });
  }

  /** No new payments; who was asked to confirm does so or not, and the ways are good. */
  comeToAnEnd(): void {
    this.#isCalm = true;
    for (const { reference, status } of this.#book.payments()) {
      if (status === 'requires-action') this.#book.decide(reference, this.#chance.is(0.5));
    }
    this.#tell();
  }

  /** What has still to come to rest; null: nothing. A pre-authorization may wait for a charge. */
  unsettled(store: Store): string | null {
    for (const row of rowsOf(store)) {
      const { paymentId, state, operation, sessionId } = row;
      const waits = state === 'authorized' && sessionId === null;
      if (operation !== null || !(waits || PAYMENT_TABLE[state].isOver)) return `payment ${paymentId} is ${state}`;
    }
    return null;
  }

  /** The books of the gateway, of the payments and of the ledger say the same. */
  check(store: Store, movements: readonly Movement[]): void {
    const account = gatewayAccount(NAME);
    const booked = movements.flatMap(({ kind, reason, postings }) => postings
      .filter((posting) => posting.account === account)
      .map(({ amountMinor }) => ({ kind, words: reason.split(' '), amountMinor: 0 - amountMinor })));
    const rows = new Map(rowsOf(store).map((row) => [row.paymentId, row]));
    let heldMinor = 0;
    for (const { paymentId, capturedMinor, refundedMinor, reference } of this.#book.payments()) {
      heldMinor += capturedMinor - refundedMinor;
      const row = rows.get(paymentId);
      if (row?.reference !== reference) this.#world.fail(`${paymentId} is ${reference}, Central has ${row?.reference}`);
      const entries = booked.filter(({ words }) => words.includes(paymentId));
      const [first, ...others] = entries.filter(({ kind }) => kind === 'top-up');
      if ((first?.amountMinor ?? 0) !== capturedMinor || others.length > 0) {
        this.#world.fail(`${paymentId} captured ${capturedMinor}, booked ${JSON.stringify(entries)}`);
      }
    }
    const bookedMinor = booked.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    if (bookedMinor !== heldMinor) this.#world.fail(`the gateway holds ${heldMinor}, the ledger has ${bookedMinor}`);
  }

  #act(users: readonly UserId[]): void {
    const central = this.#central();
    if (central === null) return;
    const payments = [...central.state.payments.values()];
    const old = payments.length === 0 ? null : this.#chance.of(payments);
    const fresh = (): Order => ({
      kind: 'start-payment', userId: this.#chance.of(users), amountMinor: this.#chance.whole(1, 6_000),
      purpose: this.#chance.is(0.6) ? 'top-up' : 'pre-authorization', country: null,
      token: this.#chance.of(Object.keys(TOKENS)),
    });
    const roll = this.#chance.next();
    const order = old === null || roll < 0.7 ? fresh() : this.#about(old, roll);
    if (order.kind === 'start-payment') this.counts.payments += 1;
    this.#world.note('payer', order.kind);
    void central.order(order, 'olga').then(({ text }) => this.#world.note('payer', 'answer', { text }));
  }

  #about({ paymentId, capturedMinor }: Payment, roll: number): Order {
    if (roll < 0.8) return { kind: 'cancel-payment', paymentId };
    if (roll < 0.85) return { kind: 'retry-payment', paymentId };
    return { kind: 'refund-payment', paymentId, note: 'x', amountMinor: this.#someOf(capturedMinor) };
  }

  #someOf(amountMinor: number): number | null {
    return amountMinor > 1 && this.#chance.is(0.5) ? this.#chance.whole(1, amountMinor) : null;
  }

  /** A request travels whether Central lives or not; only its answer needs somebody who waits for it. */
  #call(life: Life, wanted: GatewayAsk): Promise<GatewayOutcome> {
    life.sends();
    const chance = this.#chance;
    const isLostThere = this.#strikes(0.08);
    const isAway = this.#strikes(0.1);
    const isLostBack = this.#strikes(0.1);
    return new Promise((resolve) => {
      const later = (ms: number, outcome: GatewayOutcome): void => life.after(ms, () => resolve(outcome));
      if (isAway) return later(chance.between(5, 500), { kind: 'unavailable', reason: 'away' });
      if (isLostThere || isLostBack) later(CALL_MS, { kind: 'uncertain', reason: 'no answer' });
      if (isLostThere) return;
      this.#world.after(chance.between(5, this.#isCalm ? 200 : 15_000), () => {
        const outcome = this.#perform(wanted);
        this.#tell();
        if (isLostBack) this.counts.answersLost += 1;
        else later(chance.between(5, 3_000), outcome);
      });
    });
  }

  #perform(wanted: GatewayAsk): GatewayOutcome {
    if (wanted.kind === 'fetch') {
      const payment = this.#book.payment(wanted.reference);
      return payment === null ? { kind: 'refused', why: 'not-possible', reason: 'no such payment' } : answered(payment);
    }
    const { key, ...rest } = wanted;
    const reply = this.#book.perform(key, wantedOf(rest));
    if (wanted.kind === 'authorize') this.#goOn(reply);
    if (reply.status === 200) return answered(reply.body as LocalPayment);
    const why = reply.status === 402 ? 'declined' : 'not-possible';
    return { kind: 'refused', why, reason: `status ${reply.status}` };
  }

  /** The payer confirms, refuses, or never comes; what is pending is decided. */
  #goOn({ status, body }: Reply): void {
    if (status !== 200 || !('reference' in body) || this.#begun.has(body.reference)) return;
    const { reference } = body;
    this.#begun.add(reference);
    const isLeft = body.status === 'requires-action' && this.#chance.is(0.3);
    if (isLeft && !this.#isCalm) return;
    this.#world.after(this.#chance.between(100, 40_000), () => {
      if (this.#book.decide(reference, this.#chance.is(0.75))) this.#tell();
    });
  }

  #tell(): void {
    for (const event of this.#book.unsent()) {
      this.#book.sent(event.eventId);
      if (this.#strikes(0.2)) {
        this.counts.webhooksLost += 1;
        continue;
      }
      this.#send(event);
      if (this.#strikes(0.2)) this.#send(event);
    }
  }

  /** Sent until it was taken; what was sent later may come earlier. */
  #send(event: LocalEvent): void {
    this.#world.after(this.#chance.between(5, this.#strikes(0.3) ? 60_000 : 2_000), () => {
      const central = this.#central();
      const body = JSON.stringify(event);
      const isForged = this.#strikes(0.05);
      const signature = signWebhook(body, isForged ? 'another' : SECRET, START_MS + this.#world.nowMs);
      let isTaken = false;
      if (central !== null) {
        void central.webhook(NAME, { [SIGNATURE_HEADER]: signature }, Buffer.from(body)).then((status) => {
          this.counts[isForged ? 'webhooksForged' : 'webhooks'] += 1;
          if ((status === 200) === isForged) this.#world.fail(`a webhook (forged: ${isForged}) got ${status}`);
          isTaken = !isForged;
        });
      }
      this.#world.after(10_000, () => void (isTaken || this.#send(event)));
    });
  }

  #strikes(probability: number): boolean {
    return this.#chance.is(probability) && !this.#isCalm;
  }
}

type Row = {
  readonly paymentId: string; readonly state: keyof typeof PAYMENT_TABLE; readonly operation: string | null;
  readonly sessionId: string | null; readonly reference: string | null;
};

function rowsOf(store: Store): readonly Row[] {
  const rows: Row[] = [];
  let after: string | null = null;
  do {
    const page = store.query('payments', {}, after, 500);
    rows.push(...page.rows as unknown as Row[]);
    after = page.next;
  } while (after !== null);
  return rows;
}

function answered(payment: LocalPayment): GatewayOutcome {
  const { reference, status, capturedMinor, refundedMinor, reason } = payment;
  return { kind: 'answered', snapshot: { reference, status, capturedMinor, refundedMinor, reason } };
}

function wantedOf(ask: Omit<Exclude<GatewayAsk, { kind: 'fetch' }>, 'key'>): Wanted {
  return ask as Wanted;
}
