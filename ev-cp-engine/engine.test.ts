import { describe, expect, test } from 'vitest';
import { type FaultCode, NO_GOAL } from '../shared/messages/values.ts';
import { authorizing, Harness, inPhase, SETUP, START_MS } from './engine-harness.ts';
import { newKept } from './point-state.ts';

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
  test('a connector that leaves the registry keeps its meter for when it comes back', () => {
    const harness = Harness.ready();
    Object.assign(harness.connector(2), { registerWh: 4_321, remainderWms: 7 });
    const [one] = SETUP.connectors;
    harness.take({ kind: 'frame', frame: { ...SETUP, connectors: one === undefined ? [] : [one] }, linkOffsetMs: 0 });
    expect(harness.point.kept.connectors.map(({ connectorNo }) => connectorNo)).toEqual([1]);
    harness.take({ kind: 'frame', frame: SETUP, linkOffsetMs: 0 });
    expect(harness.point.kept).toMatchObject({
      connectors: [{ connectorNo: 1 }, { connectorNo: 2, registerWh: 4_321, remainderWms: 7 }], retired: [],
    });
  });

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

  test('a revoked key ends what charges here, a key that was only withdrawn does not', () => {
    const outcomes = [true, false].map((revoked) => {
      const harness = inPhase('charging');
      const frame = { ...SETUP, type: 'key-withdrawn' as const, reason: 'test', revoked };
      harness.take({ kind: 'frame', frame, linkOffsetMs: 0 });
      return harness.newFacts().map((fact) => fact['reason']);
    });
    expect(outcomes).toEqual([['key-revoked'], []]);
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
