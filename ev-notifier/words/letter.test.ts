import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../shared/messages/accounts.ts';
import { NOTIFICATION_KINDS, type NotificationKind } from '../../shared/messages/notification.ts';
import { ticketSchema } from '../../shared/messages/values.ts';
import { siteId, userId } from '../../shared/ids.ts';
import { ticketIssued } from '../../shared/messages/ticket-issued.ts';
import { meaningOf } from '../core/occasions.ts';
import { eventOf, START_MS } from '../core/harness-for-tests.ts';
import type { Occasion } from '../core/rows.ts';
import { wordingOf } from './letter.ts';
import { MISSING } from './said.ts';

const ticket = ticketSchema.parse((ticketIssued.example as { ticket: unknown }).ticket);
const reservation = {
  reservationId: 'r-1', driverId: 'ana', siteId: 'ALC', pointId: 'ALC-01', connectorId: 1, fromMs: START_MS,
  toMs: START_MS + 3_600_000, feeMinor: 500, currency: 'EUR',
};
/** An event of each kind: the texts are made of what events bring, and of nothing else. */
const EVENTS: Readonly<Record<NotificationKind, readonly [Parameters<typeof eventOf>[0], Record<string, unknown>]>> = {
  'charge-started': ['session-state', { from: 'preparing', to: 'charging' }],
  'charge-nearly-done': ['nearly-done', { energyWh: 9_000, socPercent: 75, goal: {} }],
  'charge-complete': ['ticket', { ticket }],
  'charge-interrupted': ['session-state', { from: 'charging', to: 'interrupted', reason: 'fault' }],
  'queue-offer': ['session-state', { from: 'queued', to: 'authorized', plugByMs: START_MS + 120_000 }],
  'reservation-reminder': ['reservation-reminder', reservation],
  'reservation-no-show': ['reservation-no-show', reservation],
  'payment-failed': ['payment-failed', {
    paymentId: 'p', purpose: 'top-up', sessionId: null, amountMinor: 2_000, currency: 'EUR', reason: 'declined',
  }],
  'invoice-ready': ['invoice', { number: '2026-7', kind: 'invoice', totalMinor: 120, currency: 'EUR' }],
  'low-balance': ['low-balance', { balanceMinor: 150, currency: 'EUR' }],
  debt: ['debt', {
    account: 'wallet:user:ana', groupId: null, state: 'reminder', step: 1, owedMinor: 420, currency: 'EUR',
    sinceMs: START_MS, readers: ['ana'],
  }],
  'point-faulted': ['point-status', { from: 'Available', to: 'Faulted', why: 'relay' }],
  'point-recovered': ['point-status', { from: 'Faulted', to: 'Available', why: '' }],
  'maintenance-planned': ['maintenance', {
    fromMs: START_MS, toMs: START_MS + 7_200_000, note: 'cables', drivers: [], reservations: 1,
  }],
};

function occasionOf(kind: NotificationKind): Occasion {
  const [event, data] = EVENTS[kind];
  const faulted = new Set(kind === 'point-recovered' ? ['ALC-01'] : []);
  const { occasion } = meaningOf({ faulted }, eventOf(event, data, { pointId: 'ALC-01' as never }));
  if (occasion === null) throw new Error(`no occasion of the kind ${kind}`);
  return occasion;
}

describe.each(LANGUAGES)('in %s', (language) => {
  it.each(NOTIFICATION_KINDS)('%s has a subject, a short text and a letter, and nothing is missing in them', (kind) => {
    const occasion = occasionOf(kind);
    expect(occasion.kind).toBe(kind);
    const { subject, short, body } = wordingOf(occasion, { language, timeZone: 'Europe/Madrid' });
    for (const text of [subject, short, body]) {
      expect(text).not.toMatch(/undefined|null|NaN|\{\{|\[object/);
      expect(text).not.toContain(MISSING);
    }
    expect(subject).toMatch(/^EV network: \S/);
    expect(short.length).toBeLessThanOrEqual(134);
    expect(body.endsWith('\n')).toBe(true);
    expect(subject).not.toContain('\n');
  });
});

it('is another text in each language', () => {
  for (const kind of NOTIFICATION_KINDS) {
    const texts = LANGUAGES.map((language) => wordingOf(occasionOf(kind), { language, timeZone: 'UTC' }).body);
    expect(new Set(texts).size, kind).toBe(LANGUAGES.length);
  }
});

it('says times in the zone of the reader and amounts in the way of her language', () => {
  const reminder = occasionOf('reservation-reminder');
  expect(wordingOf(reminder, { language: 'en', timeZone: 'Europe/Madrid' }).short).toContain('13:00');
  expect(wordingOf(reminder, { language: 'pt', timeZone: 'America/Sao_Paulo' }).short).toContain('09:00');
  expect(wordingOf(occasionOf('low-balance'), { language: 'es', timeZone: 'UTC' }).body).toContain('1,50 EUR');
});

it.each(LANGUAGES)('says in %s of a debt what is owed, of whom, for the last time, and that it is over', (language) => {
  const debt = occasionOf('debt');
  const textOf = (change: Occasion['facts']): string =>
    wordingOf({ ...debt, facts: { ...debt.facts, ...change } }, { language, timeZone: 'UTC' }).short;
  const texts = [textOf({}), textOf({ state: 'final' }), textOf({ state: 'settled' }), textOf({ groupId: 'fleet' })];
  expect(new Set(texts).size).toBe(4);
  expect(texts.map((text) => /4[.,]20 EUR/.test(text))).toEqual([true, true, false, true]);
  expect(texts[3]).toContain('fleet');
});

it('says what a charge has cost where she asked for an amount', () => {
  const near = occasionOf('charge-nearly-done');
  const facts = { ...near.facts, costMinor: 360, currency: 'EUR', socPercent: null };
  expect(wordingOf({ ...near, facts }, { language: 'en', timeZone: 'UTC' }).short)
    .toBe('EV network: Your charge at ALC-01 is nearly done: 9.00 kWh, 3.60 EUR.');
});

it('says what becomes of reservations only where there are some', () => {
  const planned = occasionOf('maintenance-planned');
  const bodyOf = (reservations: number): string =>
    wordingOf({ ...planned, facts: { ...planned.facts, reservations } }, { language: 'en', timeZone: 'UTC' }).body;
  expect(bodyOf(1)).toContain('stay booked');
  expect(bodyOf(0)).not.toContain('eserv');
});

it('leaves the fee out where there is none, and cuts a long text for a telephone', () => {
  const free: Occasion = { ...occasionOf('reservation-no-show'), facts: { pointId: 'ALC-01', fromMs: START_MS } };
  expect(wordingOf(free, { language: 'en', timeZone: 'UTC' }).body).not.toContain('fee');
  const long: Occasion = {
    ...occasionOf('point-faulted'), siteId: siteId('ALC'), userIds: [userId('ana')],
    facts: { pointId: 'ALC-01', why: 'x'.repeat(200) },
  };
  expect(wordingOf(long, { language: 'en', timeZone: 'UTC' }).short).toHaveLength(134);
});
