// The books of the local gateway: payments, what each key was answered, and the webhooks that are still to be sent. No
// I/O: every change comes out as an entry, and the entries alone make the same books again.
import type { LocalEvent, LocalPayment } from '../../ev-central/payments/local/words.ts';
import { REFUSED_AMOUNT, type Token, TOKENS } from './magic.ts';

export type Wanted =
  | { kind: 'authorize'; paymentId: string; amountMinor: number; currency: string; token: string; capture: boolean }
  | { kind: 'capture'; reference: string; amountMinor: number }
  | { kind: 'cancel'; reference: string }
  | { kind: 'refund'; reference: string; amountMinor: number };
export type Reply = { readonly status: number; readonly body: LocalPayment | { readonly error: string } };
type Held = LocalPayment & { readonly token: Token; readonly capture: boolean };
export type Entry =
  | { readonly kind: 'payment'; readonly payment: Held }
  | { readonly kind: 'reply'; readonly key: string; readonly wanted: string; readonly reply: Reply }
  | { readonly kind: 'event'; readonly event: LocalEvent }
  | { readonly kind: 'sent'; readonly eventId: string };

export class GatewayBook {
  readonly #payments = new Map<string, Held>();
  readonly #replies = new Map<string, { wanted: string; reply: Reply }>();
  readonly #unsent = new Map<string, LocalEvent>();
  readonly #write: (entries: readonly Entry[]) => void;
  readonly #actionUrl: (reference: string) => string;
  #events = 0;

  /** `write` has to keep the entries before it returns. */
  constructor({ entries, write, actionUrl }: {
    entries: readonly Entry[]; write: (entries: readonly Entry[]) => void; actionUrl: (reference: string) => string;
  }) {
    this.#write = write;
    this.#actionUrl = actionUrl;
    for (const entry of entries) this.#take(entry);
  }

  /** Carries out what is wanted, once for a key. */
  perform(key: string, wanted: Wanted): Reply {
    const text = JSON.stringify(wanted);
    const known = this.#replies.get(key);
    if (known !== undefined) {
      const misused = { status: 409, body: { error: 'this key was used for something else' } };
      return known.wanted === text ? known.reply : misused;
    }
    const { status, payment, error } = this.#decide(wanted);
    const reply: Reply = { status, body: payment === null ? { error } : shown(payment) };
    this.#keep([...payment === null ? [] : this.#changeOf(payment), { kind: 'reply', key, wanted: text, reply }]);
    return reply;
  }

  /** The payer has confirmed or refused, or what was pending is decided. False: it does not wait for that. */
  decide(reference: string, isPaid: boolean): boolean {
    const payment = this.#payments.get(reference);
    if (payment === undefined || (payment.status !== 'requires-action' && payment.status !== 'pending')) return false;
    this.#keep(this.#changeOf(isPaid ? paid(payment)
      : { ...payment, status: 'declined', actionUrl: null, reason: 'the payer refused' }));
    return true;
  }

  payment(reference: string): LocalPayment | null {
    const payment = this.#payments.get(reference);
    return payment === undefined ? null : shown(payment);
  }

  isKnown(key: string): boolean {
    return this.#replies.has(key);
  }

  payments(): LocalPayment[] {
    return [...this.#payments.values()].map(shown);
  }

  pending(): string[] {
    return [...this.#payments.values()].filter(({ status }) => status === 'pending').map(({ reference }) => reference);
  }

  unsent(): LocalEvent[] {
    return [...this.#unsent.values()];
  }

  sent(eventId: string): void {
    this.#keep([{ kind: 'sent', eventId }]);
  }

  #decide(wanted: Wanted): { status: number; payment: Held | null; error: string } {
    const no = (status: number, error: string) => ({ status, payment: null, error });
    const yes = (payment: Held) => ({ status: 200, payment, error: '' });
    if (wanted.kind === 'authorize') return this.#authorize(wanted);
    const payment = this.#payments.get(wanted.reference);
    if (payment === undefined) return no(404, 'no such payment');
    const { status, token, amountMinor, capturedMinor, refundedMinor } = payment;
    switch (wanted.kind) {
      case 'capture':
        if (status !== 'authorized') return no(409, `the payment is ${status}`);
        if (token === 'tok-capture-refused') return no(409, 'the bank does not pay any more');
        if (wanted.amountMinor > amountMinor) return no(400, 'more than was authorized');
        return yes({ ...payment, status: 'captured', capturedMinor: wanted.amountMinor });
      case 'cancel':
        if (status === 'cancelled') return yes(payment);
        if (status === 'captured' || status === 'declined') return no(409, `the payment is ${status}`);
        return yes({ ...payment, status: 'cancelled', actionUrl: null });
      case 'refund':
        if (token === 'tok-refund-refused') return no(409, 'the account of the payer is closed');
        if (wanted.amountMinor > capturedMinor - refundedMinor) return no(400, 'more than is left');
        return yes({ ...payment, refundedMinor: refundedMinor + wanted.amountMinor });
    }
  }

  #authorize({ paymentId, amountMinor, currency, token, capture }: Extract<Wanted, { kind: 'authorize' }>) {
    const no = (status: number, error: string) => ({ status, payment: null, error });
    if (!(token in TOKENS)) return no(400, `no such token: ${Object.keys(TOKENS).join(', ')}`);
    if (amountMinor % 100 === REFUSED_AMOUNT) return no(400, 'this amount is not taken');
    if (token === 'tok-declined') return no(402, 'the bank declined');
    const reference = `p-${this.#payments.size + 1}`;
    const fresh: Held = {
      reference, paymentId, status: 'pending', amountMinor, capturedMinor: 0, refundedMinor: 0, currency,
      actionUrl: null, reason: null, token: token as Token, capture,
    };
    const payment: Held = token === 'tok-later' ? fresh
      : token === 'tok-3ds' ? { ...fresh, status: 'requires-action', actionUrl: this.#actionUrl(reference) }
        : paid(fresh);
    return { status: 200, payment, error: '' };
  }

  #changeOf(payment: Held): Entry[] {
    const event = { eventId: `e-${this.#events + 1}`, payment: shown(payment) };
    return [{ kind: 'payment', payment }, { kind: 'event', event }];
  }

  #keep(entries: readonly Entry[]): void {
    this.#write(entries);
    for (const entry of entries) this.#take(entry);
  }

  #take(entry: Entry): void {
    switch (entry.kind) {
      case 'payment': this.#payments.set(entry.payment.reference, entry.payment); return;
      case 'reply': this.#replies.set(entry.key, entry); return;
      case 'event':
        this.#events += 1;
        this.#unsent.set(entry.event.eventId, entry.event);
        return;
      case 'sent': this.#unsent.delete(entry.eventId);
    }
  }
}

function paid(payment: Held): Held {
  return payment.capture ? { ...payment, status: 'captured', capturedMinor: payment.amountMinor, actionUrl: null }
    : { ...payment, status: 'authorized', actionUrl: null };
}

function shown({ token: _token, capture: _capture, ...payment }: Held): LocalPayment {
  return payment;
}
