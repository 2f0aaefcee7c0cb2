import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sessionId } from '../shared/ids.ts';
import type { CommandRefusal } from '../shared/messages/refusal.ts';
import { type EndReason, type FaultCode, NO_GOAL } from '../shared/messages/values.ts';
import { authorizing, command, Harness, SETUP, START_MS } from './engine-harness.ts';
import { ALLOWED, CONNECTOR_PHASES, type ConnectorPhase, LOCAL_ACTIONS, phaseOf } from './permission.ts';
import { newKept } from './point-state.ts';

/** A ready point, brought into each phase. */
function inPhase(phase: ConnectorPhase): Harness {
  const harness = Harness.ready();
  if (phase === 'authorized') harness.command(authorizing({ number: 1 }));
  if (phase === 'plugged' || phase === 'charging' || phase === 'finishing') harness.plug();
  if (phase === 'charging' || phase === 'finishing') harness.command(authorizing({ number: 1 }));
  if (phase === 'finishing') harness.take({ kind: 'stop-button', connectorNo: 1 });
  harness.newFacts();
  return harness;
}

const lastResult = (harness: Harness): unknown =>
  harness.newFacts().findLast((fact) => fact['type'] === 'command-result');

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

describe('what a state allows', () => {
  test.each(CONNECTOR_PHASES.flatMap((phase) => LOCAL_ACTIONS.map((action) => [phase, action] as const)))(
    'a connector that is %s answers to %s as the table says', (phase, action) => {
      const harness = inPhase(phase);
      expect(phaseOf(harness.connector())).toBe(phase);
      const effects = action === 'plug' ? harness.plug()
        : action === 'unplug' ? harness.take({ kind: 'unplug', connectorNo: 1 })
          : action === 'stop' ? harness.take({ kind: 'stop-button', connectorNo: 1 })
            : action === 'pause' ? harness.take({ kind: 'pause', connectorNo: 1, paused: true })
              : harness.take({ kind: 'request', connectorNo: 1, driverId: 'ana', pin: '4711', goal: NO_GOAL });
      const answer = harness.answer(effects);
      const reason = ALLOWED[phase][action];
      expect([answer?.ok, reason === null ? '' : answer?.text]).toEqual([reason === null, reason ?? '']);
    },
  );

  test.each<[string, CommandRefusal | null, () => Harness]>([
    ['free', null, () => inPhase('free')],
    ['authorized for another', 'connector-busy', () => inPhase('authorized')],
    ['plugged', null, () => inPhase('plugged')],
    ['charging', 'connector-busy', () => inPhase('charging')],
    ['taken by a car of another driver', 'connector-busy', () => inPhase('finishing')],
    ['broken', 'faulted', () => {
      const harness = inPhase('free');
      harness.take({ kind: 'fault', connectorNo: 1, code: 'relay', detail: '' });
      return harness;
    }],
    ['out of order', 'inoperative', () => {
      const harness = inPhase('free');
      harness.take({ kind: 'frame', frame: { ...SETUP, operative: false, nextCommandNumber: 5 }, linkOffsetMs: 0 });
      return harness;
    }],
    ['without Central', 'central-away', () => {
      const harness = inPhase('free');
      harness.check('away');
      return harness;
    }],
    ['without a health check for 3 s', 'central-away', () => {
      const harness = inPhase('free');
      harness.pass(4, { silent: true });
      return harness;
    }],
    ['without a monitor', 'central-away', () => {
      const harness = inPhase('free');
      harness.take({ kind: 'monitor-down' });
      return harness;
    }],
    ['with a full journal', 'journal-full', () => {
      const harness = inPhase('free');
      harness.take({ kind: 'journal', trouble: 'the disk is full' });
      return harness;
    }],
    ['too late', 'expired', () => {
      const harness = inPhase('free');
      harness.pass(61);
      return harness;
    }],
  ])('an authorization for a connector that is %s: %s', (_name, refusal, make) => {
    const harness = make();
    harness.newFacts();
    const number = (harness.point.kept.lastCommand ?? 0) + 1;
    harness.command(authorizing({ number, session: 's9', driver: 'bob' }));
    expect(lastResult(harness)).toEqual({
      type: 'command-result', number, outcome: refusal === null ? 'done' : 'refused', reason: refusal,
    });
  });

  test('the driver whose car has charged may charge again without unplugging', () => {
    const harness = inPhase('finishing');
    harness.command(authorizing({ number: 2, session: 's2' }));
    expect(harness.newFacts().at(-1)).toMatchObject({ type: 'session-started', sessionId: 's2' });
  });
});

describe('commands', () => {
  test('are handled once, whatever comes twice', () => {
    const harness = inPhase('authorized');
    harness.command(authorizing({ number: 1 }));
    expect(harness.newFacts()).toEqual([]);
  });

  test('of a new journal begin where Central stands', () => {
    const harness = new Harness();
    harness.take({ kind: 'boot', salvage: null });
    harness.take({ kind: 'monitor-up' });
    harness.take({ kind: 'frame', frame: { ...SETUP, nextCommandNumber: 8 }, linkOffsetMs: 0 });
    harness.newFacts();
    harness.command(authorizing({ number: 7 }));
    harness.command(authorizing({ number: 8 }));
    expect(harness.newFacts()).toMatchObject([{ type: 'command-result', number: 8 }]);
  });

  test('a stop for a session that is unknown is answered so', () => {
    const harness = inPhase('free');
    harness.command(command({ type: 'stop', number: 1, sessionId: sessionId('s9'), reason: 'operator' }));
    expect(lastResult(harness)).toMatchObject({ outcome: 'refused', reason: 'session-unknown' });
  });

  test('a stop takes back an authorization that was not used', () => {
    const harness = inPhase('authorized');
    harness.command(command({ type: 'stop', number: 2, sessionId: sessionId('s1'), reason: 'driver' }));
    harness.plug();
    expect(harness.newFacts().map((fact) => fact['type'])).toEqual(['command-result', 'plugged']);
  });

  test('a reset begins a new boot that names where the last one ended', () => {
    const harness = inPhase('charging');
    const { bootId } = harness.point.kept;
    harness.command(command({ type: 'reset', number: 2, kind: 'soft', expiresAtMs: START_MS + 60_000 }));
    const [ended, result, booted] = harness.facts;
    expect([ended?.type, ended?.bootId, result?.type, booted?.type, booted?.bootId, booted?.seq]).toEqual([
      'session-ended', bootId, 'command-result', 'booted', bootId + 1, 1,
    ]);
    expect(booted).toMatchObject({ previous: { bootId, seq: result?.seq } });
  });

  test('an acceptance lets the facts go, and one that asks has them sent again', () => {
    const harness = Harness.ready();
    const { bootId, seq } = harness.point.kept;
    const effects = harness.command(command({ type: 'accepted', bootId, seq, resend: true }));
    expect(effects).toEqual([{ kind: 'accepted', upTo: { bootId, seq } }, { kind: 'send-again' }]);
  });

  test('a Central that has lost facts it had accepted gets the rest under a new boot', () => {
    const harness = Harness.ready();
    const { bootId } = harness.point.kept;
    harness.plug();
    const left = [...harness.facts];
    harness.command(command({ type: 'accepted', bootId, seq: 1, resend: false }));
    const effects = harness.take({ kind: 'frame', frame: SETUP, linkOffsetMs: 0 });
    expect(effects.find((effect) => effect.kind === 'ask-renumber')).toEqual({ kind: 'ask-renumber', previous: null });
    harness.facts = [];
    harness.take({ kind: 'renumber', previous: null, facts: left });
    expect(harness.facts.map((fact) => [fact.type, fact.bootId, fact.seq])).toEqual([
      ['booted', bootId + 1, 1], ['plugged', bootId + 1, 2],
    ]);
  });
});

describe('faults', () => {
  const CODES: FaultCode[] = ['relay', 'ground-fault', 'over-temperature', 'meter', 'forced'];
  test.each(CODES)('%s makes a point of one connector answer KO until it is repaired', (code) => {
    const harness = new Harness(newKept(Harness.ready().point.kept.pointId));
    const health = (): unknown[] => {
      const found = harness.check().find((effect) => effect.kind === 'frame');
      return found?.frame.type === 'health' ? [found.frame.status, found.frame.reason] : [];
    };
    harness.take({ kind: 'boot', salvage: null });
    harness.take({ kind: 'fault', connectorNo: code === 'forced' ? null : 1, code, detail: '' });
    const broken = health();
    harness.take({ kind: 'clear', connectorNo: null, code });
    expect([broken, health()]).toEqual([['ko', code], ['ok', '']]);
  });

  test('of one connector leave the others at work', () => {
    const harness = inPhase('charging');
    harness.take({ kind: 'fault', connectorNo: 2, code: 'relay', detail: '' });
    expect(harness.newFacts()).toEqual([{ type: 'fault', connectorNo: 2, code: 'relay', detail: '' }]);
    expect([harness.point.live.health.status, harness.connector().session?.sessionId]).toEqual(['ok', 's1']);
  });

  test('outlive a restart, but not the KO key and not the power loss', () => {
    const harness = Harness.ready();
    for (const code of ['relay', 'forced', 'power-loss'] as const) {
      harness.take({ kind: 'fault', connectorNo: null, code, detail: '' });
    }
    const restarted = new Harness(harness.point.kept);
    restarted.take({ kind: 'boot', salvage: null });
    expect(restarted.newFacts()).toMatchObject([
      { type: 'booted' }, { type: 'cleared', code: 'forced' }, { type: 'cleared', code: 'power-loss' },
      { type: 'fault', code: 'relay' },
    ]);
  });
});

describe('when others are away', () => {
  test('a running charge goes on without its monitor, or stops after 3 s where the policy says so', () => {
    const outcomes = (['finish', 'stop'] as const).map((monitorLossPolicy) => {
      const harness = Harness.ready();
      harness.take({ kind: 'frame', frame: { ...SETUP, monitorLossPolicy }, linkOffsetMs: 0 });
      harness.plug();
      harness.command(authorizing({ number: 1 }));
      harness.newFacts();
      harness.take({ kind: 'monitor-down' });
      harness.pass(3, { silent: true });
      const early = harness.newFacts().length;
      harness.pass(5, { silent: true });
      return [early, harness.newFacts().map((fact) => fact['reason'])];
    });
    expect(outcomes).toEqual([[0, []], [0, ['monitor-lost']]]);
  });

  test('a charge that waits for Central starts when Central is back in time', () => {
    const harness = inPhase('authorized');
    harness.check('away');
    harness.plug();
    const before = harness.newFacts().map((fact) => fact['type']);
    harness.check();
    expect([before, harness.newFacts().map((fact) => fact['type'])]).toEqual([['plugged'], ['session-started']]);
  });

  test('a request at the point goes to the monitor, and is refused in words without one', () => {
    const harness = Harness.ready();
    const ask = { kind: 'request', connectorNo: 1, driverId: 'ana', pin: '4711', goal: NO_GOAL } as const;
    const frame = harness.take(ask).find((effect) => effect.kind === 'frame')?.frame;
    expect(frame).toMatchObject({ type: 'engine-local-request', driverId: 'ana', pin: '4711', connectorNo: 1 });
    harness.take({ kind: 'monitor-down' });
    expect(harness.answer(harness.take(ask))).toEqual({
      ok: false, text: 'The monitor of this point is away: nothing can be asked for here.',
    });
    expect(JSON.stringify(harness.effects.filter((effect) => effect.kind !== 'frame'))).not.toContain('4711');
  });
});

describe('a restart', () => {
  test('reports the true end of the charge that broke off, after booted, at the last reading that was kept', () => {
    const harness = inPhase('charging');
    harness.pass(7);
    const { bootId, seq } = harness.point.kept;
    const restarted = new Harness(structuredClone(harness.point.kept));
    restarted.now = { atMs: START_MS + 60_000, uptimeMs: 20, awakeMs: 20 };
    restarted.take({ kind: 'boot', salvage: null });
    expect(restarted.newFacts()).toEqual([
      {
        type: 'booted', previous: { bootId, seq },
        connectors: [{ connectorNo: 1, plugged: true }, { connectorNo: 2, plugged: false }],
      },
      {
        type: 'session-ended', sessionId: 's1', connectorNo: 1, meterStartWh: 0, meterStopWh: 21,
        startedAtMs: START_MS, endedAtMs: START_MS + 7_000, chargedUptimeMs: null, reason: 'engine-restarted',
        socPercent: 40,
      },
    ]);
    expect(restarted.point.kept.bootId).toBe(bootId + 1);
  });

  test('of a new journal takes its boot’s number from the clock', () => {
    expect(Harness.ready().point.kept.bootId).toBe(START_MS / 1_000);
  });
});

describe('a scripted charge', () => {
  test.each(['unplug', 'stop'] as const)('has the given times and Wh exactly and ends by %s', (endBy) => {
    const harness = Harness.ready();
    const startAtMs = Date.UTC(2014, 10, 18, 15, 40);
    const endAtMs = startAtMs + 3_000_000;
    const script = { startAtMs, endAtMs, energyWh: 7_779, endBy, driverId: null };
    harness.take({ kind: 'script', connectorNo: 1, script });
    harness.command(authorizing({ number: 1 }));
    const { bootId, seq } = harness.point.kept;
    harness.command(command({ type: 'accepted', bootId, seq, resend: false }));
    harness.take({ kind: 'samples-sent' });
    if (endBy === 'stop') {
      harness.command(command({ type: 'stop', number: 2, sessionId: sessionId('s1'), reason: 'driver' }));
    }
    const samples = harness.effects.flatMap((effect) => (effect.kind === 'sample' ? [effect.sample] : []));
    expect(samples.map((s) => [s.registerWh, (s.atMs - startAtMs) / 1_000])).toEqual([
      [1_944, 750], [3_889, 1_500], [5_834, 2_250],
    ]);
    const ended = harness.facts.find((fact) => fact.type === 'session-ended');
    expect(ended).toMatchObject({
      startedAtMs: startAtMs, endedAtMs: endAtMs, atMs: endAtMs, meterStartWh: 0, meterStopWh: 7_779,
      chargedUptimeMs: 3_000_000, reason: endBy === 'stop' ? 'driver' : 'unplugged',
    });
    expect(harness.facts.at(-1)?.type).toBe('unplugged');
  });

  test('may give nothing at all, in no time', () => {
    const harness = Harness.ready();
    const script = { startAtMs: 1_000, endAtMs: 1_000, energyWh: 0, endBy: 'unplug' as const, driverId: 'ana' };
    harness.command(authorizing({ number: 1 }));
    harness.take({ kind: 'script', connectorNo: 1, script });
    expect(harness.facts.map((fact) => fact.type)).toEqual([
      'command-result', 'plugged', 'session-started', 'session-ended', 'unplugged',
    ]);
  });
});
