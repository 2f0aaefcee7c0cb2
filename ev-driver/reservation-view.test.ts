// What a driver's screen says of her reservations, and what of her money they hold.
import { describe, expect, it } from 'vitest';
import { groupWallet, userWallet } from '../shared/account.ts';
import { groupId, messageId, pointId, reservationId, siteId, userId } from '../shared/ids.ts';
import { loginWelcome } from '../shared/messages/login-welcome.ts';
import { type Notice, noticeSchema } from '../shared/messages/notice.ts';
import { reservationNews } from '../shared/messages/reservation-news.ts';
import type { Reservation } from '../shared/messages/reservation.ts';
import { currency } from '../shared/money.ts';
import { handleClient } from './client.ts';
import { startClient, type ClientEffect, type ClientInput, type ClientState } from './client-state.ts';
import { reservationView } from './reservation-view.ts';

const T0 = Date.parse('2026-11-28T12:00:00Z');
const HOUR_MS = 3_600_000;
const ANA = userId('ana');

function row(change: Partial<Reservation> = {}): Reservation {
  return {
    reservationId: reservationId('k7f2-140'), seriesId: null, fleetId: null, userId: ANA, payer: userWallet(ANA),
    siteId: siteId('ALC'), pointId: pointId('ALC-01'), connectorNo: 1,
    beginsAtMs: T0 + 2 * HOUR_MS, endsAtMs: T0 + 3 * HOUR_MS,
    state: 'booked', stateSinceMs: T0, bookedAtMs: T0, currency: currency('EUR'), feeMinor: 400, holdMinor: 400,
    takenMinor: 0, ticketId: null, sessionId: null, tariff: 'day#1', timeZone: 'Europe/Madrid', reminded: false,
    begun: false, dueMs: T0 + HOUR_MS, why: '',
    terms: {
      tiers: [{ beforeMs: 24 * HOUR_MS, percent: 0 }, { beforeMs: HOUR_MS, percent: 25 }], marginMs: 900_000,
      graceMs: 600_000, reminderMs: HOUR_MS,
    },
    ...change,
  };
}

describe('a reservation on the screen', () => {
  it('says when the window opens and closes, what cancelling costs now, and why it cannot be changed', () => {
    expect(reservationView(row(), T0, null)).toMatchObject({
      checkInFromMs: T0 + 2 * HOUR_MS - 900_000, checkInByMs: T0 + 2 * HOUR_MS + 600_000, cancelPercent: 25,
      cancelMinor: 100, whyNotCheckIn: 'check in from 14:45 on', whyNotCancel: null,
      whyNotChange: 'it begins too soon to be changed: to cancel it takes 25 % of 4.00 EUR',
    });
  });

  it.each([
    ['a day ahead', {}, T0 - 24 * HOUR_MS, { cancelMinor: 0, whyNotChange: null }],
    ['in the last hour', {}, T0 + 1.5 * HOUR_MS, { cancelMinor: 400 }],
    ['when the window is open', { state: 'active' }, T0 + 2 * HOUR_MS, { whyNotCheckIn: null }],
    ['once she is checked in', { state: 'checked-in' }, T0 + 2 * HOUR_MS, {
      whyNotCheckIn: 'it is checked-in already', whyNotCancel: null,
    }],
  ] as const)('%s', (_when, change, nowMs, wanted) => {
    expect(reservationView(row(change), nowMs, null)).toMatchObject(wanted);
  });

  it('allows nothing while EV_Central is away', () => {
    expect(reservationView(row(), T0, 'away')).toMatchObject({
      whyNotCheckIn: 'away', whyNotChange: 'away', whyNotCancel: 'away',
    });
  });
});

describe('the money of a reservation', () => {
  it('belongs to what is held as soon as it is booked, and no longer when it is cancelled', () => {
    const client = clientOf();
    answer(client, client.give(welcome()), [row()]);
    expect(client.state.account?.heldMinor).toBe(400);
    answer(client, [...client.give({ kind: 'notice', notice: news('confirmed', 1) }), ...client.pass()],
      [row(), row({ reservationId: reservationId('k7f2-141') })]);
    expect(client.state.account?.heldMinor).toBe(800);
    answer(client, [...client.give({ kind: 'notice', notice: news('cancelled', 2) }), ...client.pass()], []);
    expect(client.state.account?.heldMinor).toBe(0);
    expect(client.state.reservations).toEqual([]);
  });

  it('is not hers when her group pays', () => {
    const client = clientOf();
    answer(client, client.give(welcome()), [row({ payer: groupWallet(groupId('fleet')) })]);
    expect(client.state.account?.heldMinor).toBe(0);
  });
});

type Client = { state: ClientState; give: (input: ClientInput) => ClientEffect[]; pass: () => ClientEffect[] };

function clientOf(): Client {
  let awakeMs = 0;
  const now = (): { atMs: number; awakeMs: number; centralOffsetMs: number } =>
    ({ atMs: T0 + awakeMs, awakeMs, centralOffsetMs: 0 });
  const state = startClient({
    driverId: ANA, interests: { points: null, sessions: true }, timeZone: 'UTC', directory: new Map(), notices: [],
    charges: [],
  }, now());
  const give = (input: ClientInput): ClientEffect[] => handleClient(state, input, now());
  give({ kind: 'central-open' });
  return {
    state, give, pass: () => {
      awakeMs += 250;
      return give({ kind: 'tick' });
    },
  };
}

function welcome(): ClientInput {
  return { kind: 'from-central', message: loginWelcome.schema.parse({
    ...(loginWelcome.example as object), lastNotice: 0, heldMinor: 0,
    loginKey: { keyId: 'l', keyBase64: Buffer.alloc(32).toString('base64'), expiresAtMs: T0 + 86_400_000 },
  }) };
}

/** EV_Central answers what was asked: these reservations, no session. */
function answer(client: Client, effects: readonly ClientEffect[], reservations: readonly Reservation[]): void {
  for (const effect of effects) {
    if (effect.kind !== 'to-central' || effect.frame.type !== 'query') continue;
    const rows = effect.frame.what === 'my-reservations' ? [...reservations] : [];
    client.give({ kind: 'from-central', message: {
      v: 1, id: messageId('f'), re: messageId(effect.id), type: 'rows', rows, next: null, error: null,
    } });
  }
}

function news(kind: 'confirmed' | 'cancelled', number: number): Notice {
  return noticeSchema.parse({
    ...(reservationNews.example as object), id: `net-${number}`, number, news: kind,
  });
}
