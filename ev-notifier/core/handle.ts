// The notifier's rules: an event becomes an occasion, EV_Central says who is reached how, each gets a delivery, and
// each delivery is tried until it is sent, given up, or too late. Pure: `handle(state, input, now) → effects`, and
// `pump` after every batch of inputs and at every tick, for what has come due.
import { assertNever } from '../../shared/assert.ts';
import type { NetworkEvent } from '../../shared/messages/network-event.ts';
import { type Contact, MOST_ASKED, ruleOf } from '../../shared/messages/notification.ts';
import { meaningOf } from './occasions.ts';
import { quietUntil } from './quiet-hours.ts';
import type { Attempt, Channel, Delivery, DeliveryState, Occasion } from './rows.ts';
import {
  type NotifierEffect, type NotifierInput, type NotifierState, noteSent, type Now, type Outcome, whenRoom,
} from './state.ts';

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 3_600_000;
/** As Standard Webhooks recommends, with some jitter: a receiver may be away for a weekend. */
const WEBHOOK_PAUSES_MS = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400].map((s) => s * 1_000);
/** Longer than all of them together, with their jitter. */
const WEBHOOK_LIFE_MS = 4 * 24 * 3_600_000;
/** While EV_Central is away it is asked again about so often. */
const CENTRAL_PAUSE_MS = 2_000;
/** Of one channel at once: each waits for somebody else's answer. */
export const MOST_SENDING = 4;
/** Questions to EV_Central at once. */
const MOST_ASKING = 8;
/** What a person has sent again is tried so long. */
const RESEND_LIFE_MS = 24 * 3_600_000;

type Step = { readonly state: NotifierState; readonly now: Now; readonly effects: NotifierEffect[] };

export function handle(state: NotifierState, input: NotifierInput, now: Now): NotifierEffect[] {
  const step: Step = { state, now, effects: [] };
  switch (input.kind) {
    case 'event': takeEvent(step, input.event); break;
    case 'contacts': takeContacts(step, input.about, input.contacts); break;
    case 'contacts-away':
      state.asking.delete(input.about);
      state.pauseUntilMs = now.atMs + CENTRAL_PAUSE_MS * (0.5 + now.random);
      break;
    case 'outcome': takeOutcome(step, input.deliveryId, input.outcome); break;
    case 'resend': resend(step, input); break;
    case 'enable-webhook': state.disabled.delete(input.name); break;
    default: assertNever(input, 'input of the notifier');
  }
  return step.effects;
}

/** After a start: what was being sent when the process died is in doubt, and is sent again. */
export function recover(state: NotifierState, now: Now): NotifierEffect[] {
  const step: Step = { state, now, effects: [] };
  for (const delivery of [...state.deliveries.values()]) {
    if (delivery.state !== 'sending') continue;
    logAttempt(step, delivery, 'in-doubt', 'the process ended while it was being sent: it is sent again');
    putDelivery(step, { ...delivery, state: 'waiting', nextAtMs: now.atMs });
  }
  return step.effects;
}

/** What has come due. EV_Central is asked about it; a webhook needs nobody's answer. */
export function pump(state: NotifierState, now: Now): NotifierEffect[] {
  const step: Step = { state, now, effects: [] };
  askAboutOccasions(step);
  const due = [...state.deliveries.values()].filter((each) => each.state === 'waiting'
    && (each.nextAtMs <= now.atMs || each.expiresAtMs <= now.atMs) && !state.asking.has(each.deliveryId));
  due.sort((a, b) => Number(ruleOf(b.kind).urgent) - Number(ruleOf(a.kind).urgent) || a.nextAtMs - b.nextAtMs);
  const busy = new Map<Channel, number>();
  for (const each of state.deliveries.values()) {
    const isBusy = each.state === 'sending' || state.asking.has(each.deliveryId);
    if (isBusy) busy.set(each.channel, (busy.get(each.channel) ?? 0) + 1);
  }
  for (const delivery of due) {
    if (delivery.expiresAtMs <= now.atMs) {
      over(step, delivery, 'expired', 'too late for it to be of use');
      continue;
    }
    const { channel } = delivery;
    if ((busy.get(channel) ?? 0) >= MOST_SENDING) continue;
    const roomAtMs = whenRoom(state, delivery, now.atMs);
    if (roomAtMs > now.atMs) {
      putDelivery(step, { ...delivery, nextAtMs: roomAtMs });
    } else if (begin(step, delivery)) {
      busy.set(channel, (busy.get(channel) ?? 0) + 1);
    }
  }
  return step.effects;
}

/** False: it has to wait for its channel, or for EV_Central. */
function begin(step: Step, delivery: Delivery): boolean {
  const { state, now } = step;
  const occasion = state.occasions.get(delivery.occasionId);
  if (occasion === undefined) return false;
  const { userId, kind, deliveryId } = delivery;
  if (userId !== null && (now.atMs < state.pauseUntilMs || state.asking.size >= MOST_ASKING)) return false;
  if (!takeToken(step, delivery.channel)) return false;
  if (userId === null) {
    send(step, delivery, occasion, null);
  } else {
    state.asking.add(deliveryId);
    step.effects.push({ kind: 'ask', question: { about: deliveryId, kind, userIds: [userId], siteId: null } });
  }
  return true;
}

function askAboutOccasions({ state, now, effects }: Step): void {
  if (now.atMs < state.pauseUntilMs) return;
  for (const { occasionId, state: is, kind, userIds, toStaff, siteId } of state.occasions.values()) {
    if (state.asking.size >= MOST_ASKING) return;
    if (is !== 'open' || state.asking.has(occasionId)) continue;
    state.asking.add(occasionId);
    effects.push({
      kind: 'ask',
      question: { about: occasionId, kind, userIds: userIds.slice(0, MOST_ASKED), siteId: toStaff ? siteId : null },
    });
  }
}

function takeEvent(step: Step, event: NetworkEvent): void {
  const { state } = step;
  const { occasion, faulted } = meaningOf(state, event);
  if (faulted !== null) {
    if (faulted.faulted) state.faulted.add(faulted.pointId);
    else state.faulted.delete(faulted.pointId);
    step.effects.push({ kind: 'put-faulted', ...faulted });
  }
  if (occasion === null || state.isKnown(occasion.occasionId)) return;
  // Read late, after a long stop: nobody wants to hear of it any more. It is kept, so that it is seen in the log.
  const isOpen = (occasion.userIds.length > 0 || occasion.toStaff) && occasion.expiresAtMs > step.now.atMs;
  const row: Occasion = { ...occasion, state: isOpen ? 'open' : 'spread' };
  putOccasion(step, row);
  for (const { name, kinds, sites } of state.settings.endpoints) {
    if (state.disabled.has(name) || (kinds !== null && !kinds.includes(row.kind))) continue;
    if (sites !== null && !sites.includes(row.siteId)) continue;
    addDelivery(step, row, { channel: 'webhook', userId: null, target: name });
  }
  settleOccasion(step, row.occasionId);
}

/** The answer about an occasion makes its deliveries; that about a delivery lets it go. */
function takeContacts(step: Step, about: string, contacts: readonly Contact[]): void {
  const { state } = step;
  state.asking.delete(about);
  const occasion = state.occasions.get(about);
  if (occasion !== undefined && occasion.state === 'open') {
    for (const contact of contacts) spread(step, occasion, contact);
    putOccasion(step, { ...occasion, state: 'spread' });
    return settleOccasion(step, about);
  }
  const delivery = state.deliveries.get(about);
  if (delivery?.state !== 'waiting') return;
  if (delivery.expiresAtMs <= step.now.atMs) return; // EV_Central took its time: it expires at the next look
  const contact = contacts.find(({ userId }) => userId === delivery.userId);
  if (contact === undefined || !isReached(contact, delivery)) {
    return over(step, delivery, 'dropped', 'not wanted or not reached over this channel any more');
  }
  const quietMs = ruleOf(delivery.kind).urgent ? null : quietUntil(contact, step.now.atMs);
  if (quietMs !== null) return void putDelivery(step, { ...delivery, nextAtMs: quietMs });
  const of = state.occasions.get(delivery.occasionId);
  if (of !== undefined) send(step, delivery, of, contact);
}

function spread(step: Step, occasion: Occasion, contact: Contact): void {
  const { userId, email, phone, chat, push } = contact;
  const targets: readonly [Channel, string][] = [
    ...(email === null ? [] : [['email', ''] as [Channel, string]]),
    ...(phone === null ? [] : [['sms', ''] as [Channel, string]]),
    ...(chat === null ? [] : [['chat', ''] as [Channel, string]]),
    ...push.map(({ subscriptionId }): [Channel, string] => ['push', subscriptionId]),
  ];
  const nextAtMs = ruleOf(occasion.kind).urgent ? null : quietUntil(contact, step.now.atMs);
  for (const [channel, target] of targets) {
    if (!step.state.settings.channels.has(channel)) continue;
    addDelivery(step, occasion, { channel, userId, target, ...(nextAtMs === null ? {} : { nextAtMs }) });
  }
}

function isReached({ email, phone, chat, push }: Contact, { channel, target }: Delivery): boolean {
  switch (channel) {
    case 'email': return email !== null;
    case 'sms': return phone !== null;
    case 'chat': return chat !== null;
    case 'push': return push.some(({ subscriptionId }) => subscriptionId === target);
    case 'webhook': return true;
    default: return assertNever(channel, 'channel');
  }
}

function addDelivery(
  step: Step, { occasionId, kind, expiresAtMs }: Occasion,
  to: Pick<Delivery, 'channel' | 'userId' | 'target'> & { readonly nextAtMs?: number },
): void {
  const { state, now: { atMs } } = step;
  state.counter += 1;
  step.effects.push({ kind: 'put-counter', counter: state.counter });
  putDelivery(step, {
    deliveryId: `${state.installationId}-${state.counter}`, occasionId, kind, state: 'waiting', failures: 0,
    madeAtMs: atMs, nextAtMs: atMs, providerId: null, error: '',
    // A third party wants to know of what is over, too: it keeps books, it does not look at a telephone.
    expiresAtMs: to.channel === 'webhook' ? atMs + WEBHOOK_LIFE_MS : expiresAtMs, ...to,
  });
}

function send(step: Step, delivery: Delivery, occasion: Occasion, contact: Contact | null): void {
  const row = putDelivery(step, { ...delivery, state: 'sending' });
  step.effects.push({ kind: 'send', delivery: row, occasion, contact });
}

function takeOutcome(step: Step, deliveryId: string, outcome: Outcome): void {
  const { state, now } = step;
  const delivery = state.deliveries.get(deliveryId);
  if (delivery?.state !== 'sending') return;
  if (outcome.ok) {
    noteSent(state, delivery, now.atMs);
    const { providerId } = outcome;
    return over(step, { ...delivery, providerId, error: '' }, 'sent', '');
  }
  const failures = delivery.failures + 1;
  const { error, mayRetry, retryAfterMs, isGone } = outcome;
  const isWebhook = delivery.channel === 'webhook';
  if (isGone === true && isWebhook) disable(step, delivery.target);
  if (!mayRetry || failures >= (isWebhook ? WEBHOOK_PAUSES_MS.length + 1 : state.settings.mostFailures)) {
    step.effects.push({
      kind: 'message', level: 'warn',
      text: `${delivery.channel} ${deliveryId} (${delivery.kind}) to ${whom(delivery)} is given up: ${error}`,
    });
    return over(step, { ...delivery, failures, error }, 'dead', error);
  }
  const pauseMs = isWebhook ? (WEBHOOK_PAUSES_MS[delivery.failures] ?? 0) * (0.9 + now.random * 0.2)
    : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** delivery.failures) * (0.5 + now.random);
  logAttempt(step, delivery, 'failed', error);
  putDelivery(step, {
    ...delivery, state: 'waiting', failures, error, nextAtMs: now.atMs + Math.max(pauseMs, retryAfterMs ?? 0),
  });
}

/** Its endpoint wants nothing more (410): what waits for it is dead, and can be sent again once it is enabled. */
function disable(step: Step, name: string): void {
  const { state, now } = step;
  if (state.disabled.has(name)) return;
  state.disabled.add(name);
  step.effects.push({ kind: 'disable-webhook', name, atMs: now.atMs }, {
    kind: 'message', level: 'error', text: `the webhook ${name} is gone (410) and disabled: ev-notifier admin webhooks`,
  });
  for (const each of [...state.deliveries.values()]) {
    if (each.channel !== 'webhook' || each.target !== name || each.state !== 'waiting') continue;
    over(step, { ...each, error: GONE }, 'dead', GONE);
  }
}
const GONE = 'its webhook is gone and disabled';

function resend(step: Step, { delivery, occasion }: Extract<NotifierInput, { kind: 'resend' }>): void {
  const { state, now } = step;
  if (state.deliveries.has(delivery.deliveryId)) return;
  state.occasions.set(occasion.occasionId, occasion);
  logAttempt(step, delivery, 'resend', '');
  putDelivery(step, {
    ...delivery, state: 'waiting', failures: 0, nextAtMs: now.atMs,
    expiresAtMs: Math.max(delivery.expiresAtMs, now.atMs + RESEND_LIFE_MS),
  });
}

/** Nothing more is done about it: it leaves memory, and stays in the database. */
function over(step: Step, delivery: Delivery, to: Extract<DeliveryState, Attempt['outcome']>, detail: string): void {
  logAttempt(step, delivery, to, detail);
  putDelivery(step, { ...delivery, state: to, nextAtMs: step.now.atMs });
  step.state.deliveries.delete(delivery.deliveryId);
  settleOccasion(step, delivery.occasionId);
}

/** An occasion stays in memory while something is to be done about it. */
function settleOccasion({ state }: Step, occasionId: string): void {
  if (state.occasions.get(occasionId)?.state !== 'spread') return;
  for (const each of state.deliveries.values()) if (each.occasionId === occasionId) return;
  state.occasions.delete(occasionId);
}

function putOccasion({ state, effects }: Step, row: Occasion): void {
  state.occasions.set(row.occasionId, row);
  effects.push({ kind: 'put-occasion', row });
}

function putDelivery({ state, effects }: Step, row: Delivery): Delivery {
  state.deliveries.set(row.deliveryId, row);
  effects.push({ kind: 'put-delivery', row });
  return row;
}

function logAttempt({ now, effects }: Step, delivery: Delivery, outcome: Attempt['outcome'], detail: string): void {
  const { deliveryId, kind, channel, userId, target, providerId } = delivery;
  effects.push({
    kind: 'log-attempt',
    row: { atMs: now.atMs, deliveryId, kind, channel, userId, target, outcome, detail, providerId },
  });
}

/** A bucket that fills by so many a second, and holds those of one second. */
function takeToken({ state, now }: Step, channel: Channel): boolean {
  const { perSecond } = state.settings;
  const before = state.buckets.get(channel) ?? { tokens: perSecond, atMs: now.atMs };
  const grown = before.tokens + Math.max(0, now.atMs - before.atMs) / 1_000 * perSecond;
  const tokens = Math.min(perSecond, grown);
  const has = tokens >= 1;
  state.buckets.set(channel, { tokens: has ? tokens - 1 : tokens, atMs: now.atMs });
  return has;
}

function whom({ userId, target }: Delivery): string {
  return userId ?? target;
}
