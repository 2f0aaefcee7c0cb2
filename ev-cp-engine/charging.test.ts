import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sessionId } from '../shared/ids.ts';
import { type EndReason, NO_GOAL } from '../shared/messages/values.ts';
import { authorizing, command, Harness, inPhase, START_MS } from './engine-harness.ts';

describe('a charge', () => {
  test('runs from authorization and plug to its goal, to the Wh', () => {
    const harness = Harness.ready();
    harness.command(authorizing({ number: 1, goal: { ...NO_GOAL, energyWh: 500 } }));
    harness.plug();
    harness.pass(300);
    harness.take({ kind: 'unplug', connectorNo: 1 });
    expect(harness.newFacts()).toEqual([
      { type: 'command-result', number: 1, outcome: 'done', reason: null },
      { type: 'plugged', connectorNo: 1, vehicle: { batteryWh: 60_000, socPercent: 40, maxPowerW: 11_000 } },
      { type: 'session-started', sessionId: 's1', connectorNo: 1, meterStartWh: 0, socPercent: 40 },
      {
        // 500 Wh at 11 kW take 163.6 s; a tick is a second.
        type: 'session-ended', sessionId: 's1', connectorNo: 1, meterStartWh: 0, meterStopWh: 500,
        startedAtMs: START_MS, endedAtMs: START_MS + 164_000, chargedUptimeMs: 164_000, reason: 'energy-reached',
        socPercent: 40,
      },
      { type: 'unplugged', connectorNo: 1 },
    ]);
  });

  test('starts as well when the car is plugged before the driver is authorized', () => {
    const harness = Harness.ready();
    harness.plug();
    harness.command(authorizing({ number: 1 }));
    expect(harness.newFacts().map((fact) => fact['type'])).toEqual(['plugged', 'command-result', 'session-started']);
  });

  test('gives one reading a second, numbered and never falling', () => {
    const harness = inPhase('charging');
    harness.effects = [];
    harness.pass(5);
    const samples = harness.effects.flatMap((effect) => (effect.kind === 'sample' ? [effect.sample] : []));
    expect(samples.map(({ sample, registerWh, powerW, state }) => [sample, registerWh, powerW, state])).toEqual([
      [1, 3, 11_000, 'charging'], [2, 6, 11_000, 'charging'], [3, 9, 11_000, 'charging'], [4, 12, 11_000, 'charging'],
      [5, 15, 11_000, 'charging'],
    ]);
  });

  test.each<[string, EndReason, (harness: Harness) => void]>([
    ['the stop button', 'driver', (h) => h.take({ kind: 'stop-button', connectorNo: 1 })],
    ['unplugging', 'unplugged', (h) => h.take({ kind: 'unplug', connectorNo: 1 })],
    ['Central’s stop', 'hold-used-up', (h) =>
      h.command(command({ type: 'stop', number: 2, sessionId: sessionId('s1'), reason: 'hold-used-up' }))],
    ['an order out of service', 'operator', (h) =>
      h.command(command({ type: 'set-operative', number: 2, operative: false, note: '' }))],
    ['a reset', 'reset', (h) =>
      h.command(command({ type: 'reset', number: 2, kind: 'soft', expiresAtMs: START_MS + 90_000 }))],
    ['a hard reset', 'reset', (h) =>
      h.command(command({ type: 'reset', number: 2, kind: 'hard', expiresAtMs: START_MS + 90_000 }))],
    ['unlocking the cable', 'operator', (h) =>
      h.command(command({ type: 'unlock', number: 2, connectorNo: 1, expiresAtMs: START_MS + 90_000 }))],
    ['a fault', 'fault', (h) => h.take({ kind: 'fault', connectorNo: 1, code: 'relay', detail: '' })],
    ['a fault of the whole point', 'fault', (h) =>
      h.take({ kind: 'fault', connectorNo: null, code: 'forced', detail: '' })],
    ['a power loss', 'power-loss', (h) => h.take({ kind: 'fault', connectorNo: null, code: 'power-loss', detail: '' })],
  ])('ends by %s at once, with its reason', (_name, reason, act) => {
    const harness = inPhase('charging');
    harness.pass(10);
    act(harness);
    const ends = harness.newFacts().filter((fact) => fact['type'] === 'session-ended');
    expect(ends).toMatchObject([{ sessionId: 's1', reason, meterStartWh: 0, meterStopWh: 30 }]);
    expect(harness.connector().session).toBe(null);
  });

  test('ends when the car is full, and the whole of it was metered', () => {
    const harness = Harness.ready();
    harness.plug(1, 50, 10_000);
    harness.command(authorizing({ number: 1 }));
    harness.pass(400, { speed: 100 });
    expect(harness.newFacts().at(-1)).toMatchObject({ reason: 'vehicle-full', meterStopWh: 5_000, socPercent: 100 });
  });

  test('ends at a state of charge that is asked for', () => {
    const harness = Harness.ready();
    harness.plug(1, 40, 50_000);
    harness.command(authorizing({ number: 1, goal: { ...NO_GOAL, socPercent: 55 } }));
    harness.pass(60, { speed: 100 });
    expect(harness.newFacts().at(-1)).toMatchObject({ reason: 'soc-reached', meterStopWh: 7_500, socPercent: 55 });
  });

  test('is suspended by a limit of 0 W and by a car that pauses, and goes on', () => {
    const harness = inPhase('charging');
    const limit = (number: number, limitW: number | null): void => {
      const expiresAtMs = START_MS + 90_000;
      harness.command(command({ type: 'set-power-limit', number, connectorNo: null, limitW, expiresAtMs }));
    };
    const states: unknown[] = [];
    const look = (): void => {
      harness.pass(1);
      const { session, registerWh } = harness.connector();
      states.push([session?.state, session?.powerW, registerWh]);
    };
    limit(2, 0);
    look();
    limit(3, 3_600);
    look();
    harness.take({ kind: 'pause', connectorNo: 1, paused: true });
    look();
    harness.take({ kind: 'pause', connectorNo: 1, paused: false });
    limit(4, null);
    look();
    expect(states).toEqual([
      ['suspended-evse', 0, 0], ['charging', 3_600, 1], ['suspended-ev', 0, 1], ['charging', 11_000, 4],
    ]);
  });

  test('adds up: the register’s way is the sum of the sessions, whatever the steps', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 }), (lengths) => {
      const harness = Harness.ready();
      harness.plug();
      for (const [i, seconds] of lengths.entries()) {
        harness.command(authorizing({ number: i + 1, session: `s${i}`, plugByMs: harness.now.atMs + 1_000 }));
        harness.pass(seconds);
        harness.take({ kind: 'stop-button', connectorNo: 1 });
      }
      const ends = harness.facts.flatMap((fact) => (fact.type === 'session-ended' ? [fact] : []));
      const { registerWh, remainderWms } = harness.connector();
      expect(ends.length).toBe(lengths.length);
      expect(ends.reduce((sum, end) => sum + end.meterStopWh - end.meterStartWh, 0)).toBe(registerWh);
      const seconds = lengths.reduce((sum, n) => sum + n, 0);
      expect(registerWh * 3_600_000 + remainderWms).toBe(11_000 * 1_000 * seconds);
    }), { numRuns: 30 });
  });
});
