import { describe, expect, test } from 'vitest';
import type { CommandRefusal } from '../shared/messages/refusal.ts';
import { NO_GOAL } from '../shared/messages/values.ts';
import { authorizing, type Harness, inPhase, lastResult, SETUP } from './engine-harness.ts';
import { ALLOWED, CONNECTOR_PHASES, LOCAL_ACTIONS, phaseOf } from './permission.ts';

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
