import { beforeEach, describe, expect, it } from 'vitest';
import { correlationId, messageId, pointId, requestId, siteId, userId } from '../shared/ids.ts';
import { loginWelcome } from '../shared/messages/login-welcome.ts';
import { noticeSchema, type Notice } from '../shared/messages/notice.ts';
import { progress } from '../shared/messages/progress.ts';
import { MESSAGES } from '../shared/messages/catalogue.ts';
import { NO_GOAL } from '../shared/messages/values.ts';
import type { Charge } from './charges.ts';
import { comesBack, handleClient } from './client.ts';
import { startClient } from './client-state.ts';
import type { ClientEffect, ClientEvent, ClientInput, ClientState, RequestBody } from './client-state.ts';
import { whyNotCancel, whyNotRequest, whyNotStop } from './requests.ts';

const T0 = 1_763_700_000_000;
const R1 = requestId('r-1');
const ALC = pointId('ALC-01');
const lost = { code: 'closed-by-peer', detail: 'gone' } as const;

let state: ClientState;
let awakeMs: number;

beforeEach(() => {
  awakeMs = 0;
  restart({ notices: [], charges: [] });
});

function restart(kept: { notices: readonly Notice[]; charges: readonly Charge[] }): void {
  state = startClient({
    driverId: userId('ana'), interests: { points: null, sessions: false }, timeZone: 'UTC',
    directory: new Map([[ALC, siteId('ALC')]]), ...kept,
  }, now());
}

function now(): { atMs: number; awakeMs: number; centralOffsetMs: number } {
  return { atMs: T0 + awakeMs, awakeMs, centralOffsetMs: 1_000 };
}

function give(input: ClientInput): ClientEffect[] {
  return handleClient(state, input, now());
}

function pass(durationMs: number): ClientEffect[] {
  const effects: ClientEffect[] = [];
  for (let passed = 0; passed < durationMs; passed += 250) {
    awakeMs += 250;
    effects.push(...give({ kind: 'tick' }));
  }
  return effects;
}

function logIn(lastNotice = 0): ClientEffect[] {
  give({ kind: 'central-open' });
  return welcome(lastNotice);
}

function welcome(lastNotice: number): ClientEffect[] {
  return give({ kind: 'from-central', message: loginWelcome.schema.parse({
    ...(loginWelcome.example as object), lastNotice, loginKey: {
      keyId: 'l', keyBase64: Buffer.alloc(32).toString('base64'), expiresAtMs: T0 + 86_400_000,
    },
  }) });
}

function onLine(): void {
  logIn();
  for (const { id } of queries(give({ kind: 'bus', state: 'up' }))) answer(id, []);
}

function ask(id = R1, point = ALC): ClientEffect[] {
  return give({ kind: 'ask', wish: {
    requestId: id, corr: correlationId('c-1'), target: { kind: 'point', pointId: point, connectorNo: null },
    fit: { connectorType: null, minPowerW: null }, goal: NO_GOAL, mayQueue: true,
  } });
}

function sent(outcome: 'sent' | 'not-sent' | 'unknown', id = R1): ClientEffect[] {
  return give({ kind: 'sent', requestId: id, outcome });
}

/** A notice of its type's example, with a number and this test's request. */
function notice(type: Notice['type'], number: number, change: object = {}): Notice {
  const example = MESSAGES.find((m) => m.channel === 'notices' && m.type === type)?.example as object;
  return noticeSchema.parse({ ...example, id: `net-${number}`, number, requestId: R1, ...change });
}

function records(effects: readonly ClientEffect[]): { key: string; request: RequestBody }[] {
  return effects.flatMap((e) => (e.kind === 'send' ? [{ key: e.key, request: e.request }] : []));
}

function events(effects: readonly ClientEffect[]): ClientEvent[] {
  return effects.flatMap((e) => (e.kind === 'event' ? [e.event] : []));
}

function applied(effects: readonly ClientEffect[]): number[] {
  return effects.flatMap((e) => (e.kind === 'keep-notice' ? [e.notice.number] : []));
}

function queries(effects: readonly ClientEffect[]): { id: string; what: string; filter: unknown }[] {
  return effects.flatMap((e) => (e.kind === 'to-central' && e.frame.type === 'query'
    ? [{ id: e.id, what: e.frame.what, filter: e.frame.filter }] : []));
}

function answer(re: string, rows: readonly object[], next: string | null = null): ClientEffect[] {
  return give({ kind: 'from-central', message: {
    v: 1, id: messageId('f'), re: messageId(re), type: 'rows', rows: rows.map((row) => ({ ...row })), next, error: null,
  } });
}

describe('a log-in', () => {
  it('says the last notice that the client has', () => {
    restart({ notices: [notice('started', 1), notice('started', 2)], charges: [] });
    expect(give({ kind: 'central-open' })).toEqual([{ kind: 'send-login', lastNotice: 2 }]);
  });

  it('that is refused does not come back by itself, one that is locked out does after its time', () => {
    give({ kind: 'central-open' });
    const refused = (retryAfterMs: number | null): ClientEffect[] => give({ kind: 'from-central', message: {
      v: 1, id: messageId('f'), re: null, type: 'refused-driver', reason: 'locked-out', text: 'Wait.', retryAfterMs,
    } });
    refused(null);
    give({ kind: 'central-lost', reason: lost });
    expect(comesBack(state)).toBe(false);
    expect(pass(60_000)).toEqual([]);
    give({ kind: 'log-in' });
    refused(5_000);
    expect(pass(4_000)).toEqual([]);
    expect(pass(1_500)).toContainEqual({ kind: 'connect-central' });
  });
});

describe('a request', () => {
  it('is sent under its site’s key and expires in Central’s time', () => {
    onLine();
    expect(records(ask())).toEqual([{ key: 'ALC', request: expect.objectContaining({
      type: 'charge', requestId: R1, expiresAtMs: T0 + 31_000,
    }) as unknown }]);
    sent('sent');
    expect(state.charges.get(R1)?.state).toBe('requested');
  });

  it('looks its point’s site up first when that is unknown', () => {
    onLine();
    const [query] = queries(ask(R1, pointId('NEW-1')));
    expect(query).toMatchObject({ what: 'points', filter: { pointId: 'NEW-1' } });
    expect(records(answer(query?.id ?? '', []))).toMatchObject([{ key: 'ana' }]);
  });

  it.each([
    ['while EV_Central is away', 'central-away', () => logIn(), () => give({ kind: 'central-lost', reason: lost })],
    ['while the bus is down', 'bus-down', () => onLine(), () => give({ kind: 'bus', state: 'down' })],
  ])('%s fails at once and is never sent', (_when, trouble, before, cut) => {
    before();
    cut();
    expect(whyNotRequest(state)).toBe(trouble);
    const effects = ask();
    expect(records(effects)).toEqual([]);
    expect(state.charges.get(R1)).toMatchObject({ state: 'rejected', failed: trouble });
    onLine();
    expect(records(pass(60_000))).toEqual([]);
  });

  it('that was certainly not sent fails and is never sent later', () => {
    onLine();
    ask();
    sent('not-sent');
    expect(state.charges.get(R1)?.failed).toBe('bus-down');
    give({ kind: 'bus', state: 'down' });
    expect(records([...give({ kind: 'bus', state: 'up' }), ...pass(60_000)])).toEqual([]);
  });

  it('that may have been sent is taken back as soon as the bus is back, once', () => {
    onLine();
    ask();
    give({ kind: 'bus', state: 'down' });
    sent('unknown');
    expect(state.charges.get(R1)).toMatchObject({ state: 'cancelled', failed: 'send-unknown' });
    const back = records(give({ kind: 'bus', state: 'up' }));
    expect(back).toEqual([{ key: 'ALC', request: {
      type: 'cancel', requestId: 'x.r-1', driverId: 'ana', cancels: R1,
    } }]);
    sent('unknown', requestId('x.r-1'));
    expect(records(pass(1_000))).toEqual(back);
    sent('sent', requestId('x.r-1'));
    expect(records(pass(60_000))).toEqual([]);
  });

  it('that was being sent when the process died is taken back by the next one', () => {
    onLine();
    const kept = ask().flatMap((e) => (e.kind === 'keep-charge' ? [e.charge] : []));
    restart({ notices: [], charges: kept });
    logIn();
    expect(records(give({ kind: 'bus', state: 'up' }))).toMatchObject([{ request: { type: 'cancel', cancels: R1 } }]);
  });

  it('that was being sent when the process died has failed for the next one, for good', () => {
    onLine();
    const kept = ask().flatMap((effect) => (effect.kind === 'keep-charge' ? [effect.charge] : []));
    restart({ notices: [], charges: kept });
    expect(state.charges.get(R1)).toMatchObject({ state: 'cancelled', failed: 'send-unknown' });
    onLine();
    give({ kind: 'sent', requestId: requestId(`x.${R1}`), outcome: 'sent' });
    expect(state.takeBacks.size).toBe(0);
    expect(state.charges.get(R1)).toMatchObject({ state: 'cancelled', failed: 'send-unknown' });
  });

  it('that nobody answers is taken back after its expiry', () => {
    onLine();
    ask();
    sent('sent');
    expect(records(pass(34_000))).toEqual([]);
    expect(records(pass(2_000))).toMatchObject([{ request: { type: 'cancel', cancels: R1 } }]);
    expect(state.charges.get(R1)?.failed).toBe('no-answer');
  });

  it('may be answered faster than the bus acknowledges it', () => {
    onLine();
    ask();
    give({ kind: 'notice', notice: notice('accepted', 1) });
    sent('unknown');
    expect(state.charges.get(R1)).toMatchObject({ state: 'requested', failed: null });
    expect(records(pass(60_000))).toEqual([]);
  });
});

describe('notices', () => {
  it('are applied in order, each once, whichever way they come', () => {
    onLine();
    expect(applied(give({ kind: 'notice', notice: notice('accepted', 1) }))).toEqual([1]);
    expect(applied(give({ kind: 'notice', notice: notice('started', 3) }))).toEqual([]);
    expect(applied(give({ kind: 'notice', notice: notice('accepted', 1) }))).toEqual([]);
    const missed = give({ kind: 'from-central', message: {
      v: 1, id: messageId('f'), re: null, type: 'missed-notices', more: false, notices: [notice('authorized', 2)],
    } });
    expect(applied(missed)).toEqual([2, 3]);
  });

  it('that are missing are asked for after half a second', () => {
    onLine();
    give({ kind: 'notice', notice: notice('authorized', 2) });
    const [query] = queries(pass(1_000));
    expect(query).toMatchObject({ what: 'my-notices' });
    const [more] = queries(answer(query?.id ?? '', [notice('authorized', 2)], '2'));
    expect(applied(answer(more?.id ?? '', [notice('accepted', 1)]))).toEqual([1, 2]);
  });

  it('that Central no longer has are skipped', () => {
    onLine();
    give({ kind: 'notice', notice: notice('started', 9) });
    const [query] = queries(pass(1_000));
    expect(applied(answer(query?.id ?? '', [notice('started', 9), notice('accepted', 8)]))).toEqual([8, 9]);
  });

  it('of a kind that only a newer EV_Central knows are passed over', () => {
    onLine();
    const unknown = { ...notice('resumed', 2), type: 'dances' };
    give({ kind: 'notice', notice: notice('ended', 3) });
    const [query] = queries(pass(1_000));
    expect(applied(answer(query?.id ?? '', [notice('ended', 3), unknown, notice('started', 1)]))).toEqual([1]);
    const [again] = queries(pass(1_000));
    expect(applied(answer(again?.id ?? '', [notice('ended', 3), unknown]))).toEqual([3]);
    expect(queries(pass(2_000))).toEqual([]);
  });

  it('are asked for when the reader has joined, because it begins at the end', () => {
    onLine();
    expect(queries(give({ kind: 'reading' }))).toMatchObject([{ what: 'my-notices' }]);
  });

  it('of another network begin at 1 again', () => {
    restart({ notices: [notice('accepted', 7)], charges: [] });
    expect(logIn(2)).toContainEqual({ kind: 'forget-notices' });
    expect(queries(pass(1_000))).toMatchObject([{ what: 'my-notices' }]);
  });

  it('that overtake the welcome of a log-in are not taken for another network', () => {
    restart({ notices: [notice('accepted', 7)], charges: [] });
    give({ kind: 'central-open' });
    give({ kind: 'notice', notice: notice('authorized', 8) });
    expect(welcome(7)).not.toContainEqual({ kind: 'forget-notices' });
    expect(state.inbox.last).toBe(8);
  });

  it('after a restart rebuild the charges', () => {
    const kept = [notice('accepted', 1), notice('authorized', 2), notice('started', 3)];
    restart({ notices: kept, charges: [] });
    expect(state.charges.get(R1)).toMatchObject({ state: 'charging', pointId: ALC, sessionId: 'k7f2-99' });
  });
});

describe('a charge', () => {
  beforeEach(() => {
    onLine();
    ask();
    sent('sent');
  });

  it('goes through its states up to the ticket', () => {
    const states = (['accepted', 'authorized', 'queued', 'offered', 'started', 'ended', 'ticket'] as const)
      .map((type, index) => {
        const change = type === 'ended' ? { state: 'completed', provisional: false, reason: 'driver' } : {};
        give({ kind: 'notice', notice: notice(type, index + 1, change) });
        return state.charges.get(R1)?.state;
      });
    expect(states).toEqual(
      ['requested', 'authorized', 'queued', 'offered', 'charging', 'completed', 'completed']);
    expect(state.charges.get(R1)?.ticket?.ticketId).toBe('k7f2-120');
    expect(state.account?.balanceMinor).toBe(7_580);
  });

  it('shows live figures, but none that are older than 3 s', () => {
    give({ kind: 'notice', notice: notice('started', 1) });
    const figures = (atMs: number): ClientEffect[] => give({
      kind: 'progress', progress: progress.schema.parse({ ...(progress.example as object), atMs }),
    });
    expect(events(figures(T0 + 1_000 - 3_001))).toEqual([]);
    expect(events(figures(T0 + 1_000))).toMatchObject([{ kind: 'progress' }]);
    expect(state.charges.get(R1)?.live).toMatchObject({ energyWh: 189, powerW: 11_000 });
  });

  it('is stopped by its session, and a refused stop is no end of it', () => {
    give({ kind: 'notice', notice: notice('started', 1) });
    expect(whyNotStop(state, R1)).toBeNull();
    const orderId = requestId('r-2');
    expect(records(give({ kind: 'stop', orderId, charge: R1, corr: correlationId('c-2') }))).toMatchObject(
      [{ key: 'ALC', request: { type: 'stop', requestId: orderId, sessionId: 'k7f2-99' } }]);
    give({ kind: 'notice', notice: notice('refused', 2, { requestId: orderId, reason: 'session-over' }) });
    expect(state.charges.get(R1)?.state).toBe('charging');
  });

  it('can be stopped while it is broken off but not final: energy may still flow', () => {
    give({ kind: 'notice', notice: notice('started', 1) });
    give({ kind: 'notice', notice: notice('ended', 2, { state: 'interrupted', reason: 'fault', provisional: true }) });
    expect(state.charges.get(R1)?.state).toBe('interrupted');
    expect(whyNotStop(state, R1)).toBeNull();
  });

  it('that goes on after a break-off is charging again, and nothing of the provisional end is left', () => {
    give({ kind: 'notice', notice: notice('started', 1) });
    give({ kind: 'notice', notice: notice('ended', 2, { state: 'interrupted', reason: 'fault', provisional: true }) });
    expect(state.charges.get(R1)).toMatchObject({ provisional: true, why: 'the point broke down' });
    const told = events(give({ kind: 'notice', notice: notice('resumed', 3, { atMs: T0 + 5_000 }) }));
    expect(told[0]).toMatchObject({ kind: 'notice', text: expect.stringContaining('goes on after all') as string });
    expect(state.charges.get(R1)).toMatchObject({
      state: 'charging', sinceMs: T0 + 5_000, provisional: false, why: '', live: { energyWh: 4_310, costMinor: 182 },
    });
    expect(state.charges.get(R1)?.steps.at(-1)).toMatchObject({ level: 'good' });
  });

  it('keeps live figures that came before the notice that it goes on', () => {
    give({ kind: 'notice', notice: notice('ended', 1, { state: 'interrupted', reason: 'fault', provisional: true }) });
    const figures = progress.schema.parse({ ...(progress.example as object), atMs: T0 + 1_000 });
    give({ kind: 'progress', progress: figures });
    give({ kind: 'notice', notice: notice('resumed', 2, { atMs: T0 + 1_000 }) });
    expect(state.charges.get(R1)).toMatchObject({ state: 'charging', provisional: false, live: { powerW: 11_000 } });
  });

  it('has the number of its invoice, which comes after all else and begins no charge of its own', () => {
    give({ kind: 'notice', notice: notice('ticket', 1) });
    give({ kind: 'notice', notice: notice('invoice', 2) });
    expect(state.charges.get(R1)).toMatchObject({ state: 'completed', invoiceNumber: 'INV-2026-000042' });
    give({ kind: 'notice', notice: notice('invoice', 3, { kind: 'credit-note', invoiceNumber: 'CRN-2026-000001' }) });
    expect(state.charges.get(R1)?.invoiceNumber).toBe('INV-2026-000042');
    const count = state.charges.size;
    const unknown = { requestId: requestId('r-other'), sessionId: null };
    expect(applied(give({ kind: 'notice', notice: notice('invoice', 4, unknown) }))).toEqual([4]);
    expect(state.charges.size).toBe(count);
  });

  it('can be taken back before it has begun, not after', () => {
    give({ kind: 'notice', notice: notice('queued', 1) });
    expect(whyNotCancel(state, R1)).toBeNull();
    give({ kind: 'notice', notice: notice('started', 2) });
    expect(whyNotCancel(state, R1)).toMatch(/has begun/);
  });

  it('without news for 10 s asks for notices over the link, also while the bus is down', () => {
    give({ kind: 'bus', state: 'down' });
    give({ kind: 'notice', notice: notice('accepted', 1) });
    expect(queries(pass(9_000))).toEqual([]);
    expect(queries(pass(1_500))).toMatchObject([{ what: 'my-notices' }]);
  });
});
