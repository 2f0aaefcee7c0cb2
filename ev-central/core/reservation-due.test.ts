// What becomes of a reservation by itself in the harder cases: its connector fails, or she charges there already.
import { expect, it } from 'vitest';
import { ANA, POINT } from './core-harness.ts';
import { booked, connected, HOUR, MINUTE, nowOf, pass, wallet } from './reservations-for-tests.ts';

it('takes nothing when its connector is faulted, nor for a cancellation then', () => {
  const network = connected();
  const [row, late] = [booked(network, { inMs: 0 }), booked(network, { inMs: HOUR })];
  network.fact('fault', { connectorNo: 1, code: 'ground-fault', detail: 'leak' });
  pass(network, 15 * MINUTE);
  expect(nowOf(network, row)).toMatchObject({ state: 'cancelled', why: 'ALC-01/1 is faulted', takenMinor: 0 });
  pass(network, 41 * MINUTE);
  expect(nowOf(network, late).state).toBe('active');
  network.order({ kind: 'cancel-reservation', reservationId: late.reservationId, free: false, note: '' });
  expect(nowOf(network, late)).toMatchObject({ state: 'cancelled', takenMinor: 0 });
  expect(wallet(network)).toEqual([10_000, 0]);
});

it('is used by a charge of hers that has run there since before', () => {
  const network = connected();
  const session = network.charging(ANA);
  const row = booked(network, { inMs: 2 * HOUR });
  pass(network, 2 * HOUR);
  expect(nowOf(network, row)).toMatchObject({
    state: 'checked-in', pointId: POINT, sessionId: session.sessionId, holdMinor: 0,
  });
  network.end(network.state.sessions.must(session.sessionId), 3_000);
  expect(nowOf(network, row)).toMatchObject({ state: 'fulfilled', takenMinor: 0 });
});

it('and another one right after it are used by one charge', () => {
  const network = connected();
  const [first, second] = [booked(network, { inMs: 0 }), booked(network, { inMs: HOUR })];
  const session = network.charging(ANA);
  pass(network, HOUR);
  expect([first, second].map((row) => nowOf(network, row).state)).toEqual(['fulfilled', 'checked-in']);
  expect(nowOf(network, second)).toMatchObject({ pointId: POINT, sessionId: session.sessionId, holdMinor: 0 });
});
