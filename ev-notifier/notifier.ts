// The notifier's loop: inputs go through the core, what they change is written with the offsets of the events in one
// transaction, and only then does anything leave. What fails outside comes back as an input.
import type { Clock } from '../shared/clock.ts';
import { describeError, type Log } from '../shared/log.ts';
import type { NetworkEvent } from '../shared/messages/network-event.ts';
import type { Contact } from '../shared/messages/notification.ts';
import type { ScreenMessage } from '../shared/screen/handle.ts';
import { failure, type SendParcel } from './channels/port.ts';
import { handle, pump, recover } from './core/handle.ts';
import type { Channel } from './core/rows.ts';
import {
  createState, type NotifierEffect, type NotifierInput, type NotifierSettings, type NotifierState, type Now,
  type Outcome, type Question,
} from './core/state.ts';
import type { Figures, NotifierStore } from './store/store.ts';

/** How often what somebody asked for from outside, and the figures of the screen, are looked at. */
const LOOK_EVERY_MS = 1_000;
const PURGE_EVERY_MS = 3_600_000;
const MESSAGES_KEPT = 200;

export type NotifierOptions = {
  readonly store: NotifierStore;
  readonly settings: NotifierSettings;
  readonly senders: ReadonlyMap<Channel, SendParcel>;
  readonly ask: (question: Question) => Promise<Contact[]>;
  readonly keepMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly onChange: () => void;
  /** The database cannot be written: memory is worth nothing any more. */
  readonly fatal: (error: unknown) => void;
};

export class Notifier {
  readonly #options: NotifierOptions;
  readonly #state: NotifierState;
  readonly #messages: ScreenMessage[] = [];
  readonly #counts = { sent: 0, failed: 0, dead: 0 };
  #waiting: NotifierInput[] = [];
  #draining = false;
  #sending = 0;
  #figures: Figures;
  #lookAtMs = 0;
  #purgeAtMs = 0;
  #ended = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
    const { store, settings, clock } = options;
    this.#state = createState({ ...store.load(clock.now()), settings });
    this.#figures = store.figures();
  }

  /** What was in the air when the process before this one ended is sent again. */
  start(): void {
    this.#commit(() => this.#written(recover(this.#state, this.#now())));
    this.tick();
  }

  /** Events with the offsets behind them; written when this returns. */
  takeEvents(events: readonly NetworkEvent[], beside: () => void): void {
    this.#commit(() => events.flatMap((event) => this.#handled({ kind: 'event', event })), beside);
  }

  /** What is due; called some times a second. */
  tick(): void {
    const { store, clock, keepMs } = this.#options;
    const nowMs = clock.now();
    if (this.#ended) return;
    const isTimeToLook = nowMs >= this.#lookAtMs || nowMs < this.#lookAtMs - LOOK_EVERY_MS;
    this.#commit(() => {
      if (!isTimeToLook) return [];
      this.#lookAtMs = nowMs + LOOK_EVERY_MS;
      const disabled = new Set(store.disabledWebhooks().map(({ name }) => name));
      const enabled = [...this.#state.disabled].filter((name) => !disabled.has(name));
      return [
        ...enabled.flatMap((name) => this.#handled({ kind: 'enable-webhook', name })),
        ...store.takeResends().flatMap((each) => this.#handled({ kind: 'resend', ...each })),
      ];
    });
    if (nowMs >= this.#purgeAtMs) {
      this.#purgeAtMs = nowMs + PURGE_EVERY_MS;
      this.#attempt(() => store.purge(nowMs - keepMs));
    }
    if (isTimeToLook) {
      this.#attempt(() => this.#figures = store.figures());
      this.#options.onChange();
    }
  }

  /** Takes nothing new; resolves when what is in the air has an answer, or after a while. */
  async end(mostMs: number): Promise<void> {
    const deadline = this.#options.clock.now() + mostMs;
    this.#ended = true;
    while (this.#sending > 0 && this.#options.clock.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.#drain();
  }

  say(level: ScreenMessage['level'], text: string): void {
    this.#messages.push({ atMs: this.#options.clock.now(), level, text });
    if (this.#messages.length > MESSAGES_KEPT) this.#messages.shift();
    this.#options.onChange();
  }

  view() {
    const { occasions, deliveries } = this.#state;
    const of = (state: string): number => [...deliveries.values()].filter((each) => each.state === state).length;
    const open = [...occasions.values()].filter(({ state }) => state === 'open').length;
    return {
      messages: this.#messages as readonly ScreenMessage[], open, waiting: of('waiting'), sending: of('sending'),
      ...this.#counts, ...this.#figures,
    };
  }

  #take(input: NotifierInput): void {
    this.#waiting.push(input);
    if (this.#draining) return;
    this.#draining = true;
    // Answers that come together are written together.
    setImmediate(() => this.#drain());
  }

  #drain(): void {
    this.#draining = false;
    const inputs = this.#waiting;
    this.#waiting = [];
    if (inputs.length > 0) this.#commit(() => inputs.flatMap((input) => this.#handled(input)));
  }

  /** An event is asked for in the database before the next is handled: each is written at once, in the transaction. */
  #handled(input: NotifierInput): NotifierEffect[] {
    return this.#written(handle(this.#state, input, this.#now()));
  }

  #written(effects: NotifierEffect[]): NotifierEffect[] {
    this.#options.store.write(effects);
    return effects;
  }

  #commit(work: () => NotifierEffect[], beside: () => void = () => undefined): void {
    const { store } = this.#options;
    const effects: NotifierEffect[] = [];
    const isWritten = this.#attempt(() => store.transaction(() => {
      effects.push(...work());
      beside();
      if (!this.#ended) effects.push(...this.#written(pump(this.#state, this.#now())));
    }));
    if (isWritten) for (const effect of effects) this.#carryOut(effect);
  }

  #attempt(work: () => unknown): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.#options.fatal(error);
      return false;
    }
  }

  #carryOut(effect: NotifierEffect): void {
    const { log, ask } = this.#options;
    switch (effect.kind) {
      case 'ask': {
        const { question } = effect;
        ask(question).then(
          (contacts) => this.#take({ kind: 'contacts', about: question.about, contacts }),
          (error: unknown) => {
            log('debug', 'contacts-away', { why: describeError(error) });
            this.#take({ kind: 'contacts-away', about: question.about });
          },
        );
        return;
      }
      case 'send': return void this.#send(effect);
      case 'message':
        log(effect.level, 'notifier', { text: effect.text });
        return this.say(effect.level, effect.text);
      case 'log-attempt': {
        const { deliveryId, kind, channel, userId, target, outcome, detail } = effect.row;
        log(outcome === 'dead' ? 'warn' : 'info', 'delivery', {
          deliveryId, kind, channel, userId, ...(target === '' ? {} : { target }), outcome,
          ...(detail === '' ? {} : { detail }),
        });
        if (outcome === 'sent') this.#counts.sent += 1;
        if (outcome === 'failed') this.#counts.failed += 1;
        return;
      }
      case 'put-occasion': case 'put-delivery': case 'put-counter': case 'put-faulted':
      case 'disable-webhook':
        return;
    }
  }

  async #send({ delivery, occasion, contact }: Extract<NotifierEffect, { kind: 'send' }>): Promise<void> {
    const sender = this.#options.senders.get(delivery.channel);
    this.#sending += 1;
    let outcome: Outcome;
    try {
      outcome = sender === undefined ? failure(`${delivery.channel} is not set up any more`, false)
        : await sender({ delivery, occasion, contact });
    } catch (error) {
      outcome = failure('a mistake of ours: see the log', true);
      this.#options.log('error', 'sender-failed', { channel: delivery.channel, error: describeError(error) });
    }
    this.#sending -= 1;
    this.#take({ kind: 'outcome', deliveryId: delivery.deliveryId, outcome });
  }

  #now(): Now {
    return { atMs: this.#options.clock.now(), random: this.#options.random() };
  }
}

