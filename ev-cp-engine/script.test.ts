import { describe, expect, test } from 'vitest';
import { sessionId } from '../shared/ids.ts';
import { authorizing, command, Harness } from './engine-harness.ts';

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
