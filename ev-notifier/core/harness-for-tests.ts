// Test support: a notifier's core without its shell. Its rows are kept as the store would keep them.
import { correlationId, messageId, siteId, userId } from '../../shared/ids.ts';
import { MESSAGE_VERSION } from '../../shared/messages/message.ts';
import type { NetworkEvent } from '../../shared/messages/network-event.ts';
import type { Contact } from '../../shared/messages/notification.ts';
import { handle, pump, recover } from './handle.ts';
import type { Attempt, Delivery, Occasion } from './rows.ts';
import {
  createState, type NotifierEffect, type NotifierInput, type NotifierSettings, type NotifierState, type Outcome,
} from './state.ts';

/** 2026-11-28T12:00Z */
export const START_MS = 1_795_867_200_000;
export const ANA: Contact = {
  userId: userId('ana'), language: 'es', timeZone: 'Europe/Madrid', quietHours: null, email: 'ana@example.org',
  phone: null, chat: null, push: [],
};
export const OK: Outcome = { ok: true, providerId: 'p-1' };

type Send = Extract<NotifierEffect, { kind: 'send' }>;

export class Desk {
  nowMs = START_MS;
  readonly occasions = new Map<string, Occasion>();
  readonly rows = new Map<string, Delivery>();
  readonly log: Attempt[] = [];
  readonly sends: Send[] = [];
  asks: Extract<NotifierEffect, { kind: 'ask' }>['question'][] = [];
  state: NotifierState;
  readonly #settings: NotifierSettings;

  constructor(settings: Partial<NotifierSettings> = {}) {
    this.#settings = {
      channels: new Set(['email', 'sms', 'chat', 'push', 'webhook']), endpoints: [], mostFailures: 3, perSecond: 100,
      perPersonHour: 100, ...settings,
    };
    this.state = this.#made();
  }

  /** As after a kill and a start: memory is what was written. */
  restart(): void {
    this.state = this.#made();
    this.#keep(recover(this.state, { atMs: this.nowMs, random: 0.5 }));
    this.tick();
  }

  give(input: NotifierInput): void {
    this.#keep(handle(this.state, input, { atMs: this.nowMs, random: 0.5 }));
    this.tick();
  }

  tick(afterMs = 0): void {
    this.nowMs += afterMs;
    this.#keep(pump(this.state, { atMs: this.nowMs, random: 0.5 }));
  }

  event(kind: NetworkEvent['kind'], data: NetworkEvent['data'], change: Partial<NetworkEvent> = {}): void {
    this.give({ kind: 'event', event: eventOf(kind, data, { atMs: this.nowMs, ...change }) });
  }

  /** EV_Central answers everything that it was asked. */
  answer(...contacts: readonly Contact[]): void {
    for (const { about } of this.asks.splice(0)) this.give({ kind: 'contacts', about, contacts });
  }

  outcome(outcome: Outcome = OK): void {
    const send = this.sends.at(-1);
    if (send !== undefined) this.give({ kind: 'outcome', deliveryId: send.delivery.deliveryId, outcome });
  }

  states(): string[] {
    return [...this.rows.values()].map(({ channel, state }) => `${channel} ${state}`);
  }

  #made(): NotifierState {
    const open = [...this.rows.values()].filter(({ state }) => state === 'waiting' || state === 'sending');
    return createState({
      settings: this.#settings, installationId: 'n1', counter: this.rows.size,
      occasions: [...this.occasions.values()]
        .filter((each) => each.state === 'open' || open.some((row) => row.occasionId === each.occasionId)),
      deliveries: open, faulted: [], disabled: [], lately: this.log, isKnown: (id) => this.occasions.has(id),
    });
  }

  #keep(effects: readonly NotifierEffect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'put-occasion') this.occasions.set(effect.row.occasionId, effect.row);
      if (effect.kind === 'put-delivery') this.rows.set(effect.row.deliveryId, effect.row);
      if (effect.kind === 'log-attempt') this.log.push(effect.row);
      if (effect.kind === 'send') this.sends.push(effect);
      if (effect.kind === 'ask') this.asks.push(effect.question);
    }
  }
}

let events = 0;

export function eventOf(
  kind: NetworkEvent['kind'], data: NetworkEvent['data'], change: Partial<NetworkEvent> = {},
): NetworkEvent {
  events += 1;
  return {
    v: MESSAGE_VERSION, id: messageId(`e-${events}`), atMs: START_MS, corr: correlationId('c'), type: 'event', kind,
    siteId: siteId('ALC'), pointId: null, sessionId: null, driverId: userId('ana'), data, ...change,
  };
}
