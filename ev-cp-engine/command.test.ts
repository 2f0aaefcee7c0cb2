import { describe, expect, test } from 'vitest';
import { sessionId } from '../shared/ids.ts';
import { authorizing, command, Harness, inPhase, lastResult, SETUP, START_MS } from './engine-harness.ts';

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

describe("with Central's welcome", () => {
  const welcome = (harness: Harness, given: Partial<typeof SETUP> = {}) =>
    harness.take({ kind: 'frame', frame: { ...SETUP, nextCommandNumber: 2, ...given }, linkOffsetMs: 0 });

  test.each([['authorized'], ['charging']] as const)('a point that is %s says what it holds', (phase) => {
    const harness = inPhase(phase);
    welcome(harness);
    expect(harness.newFacts()).toEqual([{ type: 'sessions-held', sessionIds: ['s1'] }]);
  });

  test('what it holds is said once as long as Central has not taken that in, and again after that', () => {
    const harness = inPhase('charging');
    welcome(harness);
    welcome(harness);
    expect(harness.newFacts()).toEqual([{ type: 'sessions-held', sessionIds: ['s1'] }]);
    const { bootId, seq } = harness.point.kept;
    welcome(harness, { acceptedUpTo: { bootId, seq: seq - 1 } });
    expect(harness.newFacts()).toEqual([]);
    welcome(harness, { acceptedUpTo: { bootId, seq } });
    expect(harness.newFacts()).toEqual([{ type: 'sessions-held', sessionIds: ['s1'] }]);
  });

  test.each([['free'], ['plugged'], ['finishing']] as const)('a point that is %s says nothing', (phase) => {
    const harness = inPhase(phase);
    welcome(harness);
    expect(harness.newFacts()).toEqual([]);
  });

  test('what the welcome itself ends is not held', () => {
    const harness = inPhase('charging');
    welcome(harness, { operative: false });
    expect(harness.newFacts()).toMatchObject([{ type: 'session-ended', reason: 'operator' }]);
  });

  test('of a Central that has begun anew, the charge is told behind the facts that are numbered anew', () => {
    const harness = inPhase('charging');
    harness.command(command({
      type: 'accepted', bootId: harness.point.kept.bootId, seq: harness.point.kept.seq, resend: false,
    }));
    const asked = welcome(harness).find((effect) => effect.kind === 'ask-renumber');
    expect(asked).toEqual({ kind: 'ask-renumber', previous: null });
    expect(harness.newFacts()).toEqual([]);
    harness.take({ kind: 'renumber', previous: null, facts: [] });
    expect(harness.newFacts()).toMatchObject([{ type: 'booted' }, { type: 'sessions-held', sessionIds: ['s1'] }]);
  });
});
