import { describe, expect, it } from 'vitest';
import { pointId, sessionId, siteId, userId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { whyNot } from '../why-not.ts';
import { ANA, BEN, Network, OTHER_POINT, POINT, SITE } from './core-harness.ts';
import { needlessOrder, orderRefusal } from './order-refusal.ts';

/** One point charges Ana's car, Ben waits for it; the other has never connected. */
function network() {
  const made = new Network();
  made.connect();
  const charging = made.charging(ANA).sessionId;
  const queued = made.sessionOf(made.charge(BEN)).sessionId;
  return { made, charging, queued };
}
type Scene = ReturnType<typeof network>;

const ORDERS: [string, (scene: Scene) => Order, string | null][] = [
  ['stopping no known point', () => operative([pointId('X-1'), pointId('X-2')], false), 'no such point: X-1, X-2'],
  ['stopping an unknown site', () => ({
    kind: 'set-operative', scope: { kind: 'site', siteId: siteId('XXX') }, operative: false, note: '',
  }), 'no such point: XXX'],
  ['stopping a known point among unknown ones', () => operative([POINT, pointId('X-1')], false), null],
  ['ending a charge', ({ charging }) => ({ kind: 'end-session', sessionId: charging, note: '' }), null],
  ['ending an unknown session', () => ({ kind: 'end-session', sessionId: sessionId('s-9'), note: '' }),
    'no such session: s-9'],
  ['closing a charge that runs', ({ charging }) => ({ kind: 'close-session', sessionId: charging, note: '' }),
    'session k7f2-0 is charging, not broken off'],
  ['taking who waits out of the queue', ({ queued }) => ({ kind: 'leave-queue', sessionId: queued, note: '' }), null],
  ['taking who charges out of the queue', ({ charging }) => ({ kind: 'leave-queue', sessionId: charging, note: '' }),
    'session k7f2-0 does not wait in a queue'],
  ['limiting a point whose monitor is away', () => ({
    kind: 'set-power-limit', pointId: OTHER_POINT, connectorNo: null, limitW: 3_000,
  }), null],
  ['resetting an unknown point', () => ({ kind: 'reset-point', pointId: pointId('X-1'), how: 'soft' }),
    'no such point: X-1'],
  ['revoking the key of an unknown point', () => ({ kind: 'revoke-point-key', pointId: pointId('X-1'), note: '' }),
    'no such point: X-1'],
  ['revoking an unknown point', () => ({ kind: 'revoke-point', pointId: pointId('X-1'), note: '' }),
    'no such point: X-1'],
  ['unbarring a point that is not barred', () => ({ kind: 'unbar-point', pointId: POINT, note: '' }),
    'point ALC-01 is not barred'],
  ['revoking the keys of an unknown user', () => ({ kind: 'revoke-user-keys', userId: userId('zoe'), note: '' }),
    'no such user: zoe'],
  ['releasing who is not locked out', () => ({ kind: 'release-lockout', who: 'user:ana' }),
    'there is no lockout of user:ana'],
];

describe('the order of', () => {
  it.each(ORDERS)('%s is refused by the core exactly when the screen says so beforehand', (_title, make, expected) => {
    const scene = network();
    const order = make(scene);
    const reason = orderRefusal(scene.made.state, order);
    // Ids are numbered as sessions come; what they are called here is of no interest.
    expect(reason?.replace(/k7f2-\d+/, 'k7f2-0') ?? null).toBe(expected);
    const screen = whyNot(scene.made.state, order);
    const result = scene.made.order(order);
    expect([result.outcome, screen === null]).toEqual(reason === null ? ['done', true] : ['refused', false]);
    if (reason !== null) expect([result.text, screen?.toLowerCase()]).toEqual([reason, `${reason}.`.toLowerCase()]);
  });

  it.each<[string, Order[], string]>([
    ['a point that is in service', [operative([POINT], true)], 'point ALC-01 is in service'],
    ['a site that is in service', [{
      kind: 'set-operative', scope: { kind: 'site', siteId: SITE }, operative: true, note: '',
    }], 'all of them are in service'],
    ['a key that is revoked', [
      { kind: 'revoke-point-key', pointId: POINT, note: '' }, { kind: 'revoke-point-key', pointId: POINT, note: '' },
    ], 'the key of point ALC-01 is revoked already'],
    ['a secret that is void', [
      { kind: 'revoke-point', pointId: POINT, note: '' }, { kind: 'revoke-point', pointId: POINT, note: '' },
    ], 'point ALC-01 has no secret'],
  ])('what is so already (%s) is not offered, but carried out when it is repeated', (_title, orders, expected) => {
    const { made } = network();
    const last = orders.at(-1);
    if (last === undefined) throw new Error('no order');
    for (const order of orders.slice(0, -1)) made.order(order);
    expect(needlessOrder(made.state, last)).toBe(expected);
    expect(whyNot(made.state, last)).toBe(`${expected.charAt(0).toUpperCase()}${expected.slice(1)}.`);
    expect(made.order(last).outcome).toBe('done');
  });
});

function operative(pointIds: ReturnType<typeof pointId>[], on: boolean): Order {
  return { kind: 'set-operative', scope: { kind: 'points', pointIds }, operative: on, note: '' };
}
