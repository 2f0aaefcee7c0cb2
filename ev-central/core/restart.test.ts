import { describe, expect, it } from 'vitest';
import { ANA, Network } from './core-harness.ts';
import { createState, derive, handle } from './handle.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import { emptyTables, type State } from './state.ts';

const AWAY_MS = 600_000;

/** The state of the process that starts when this one is gone: its rows, and what follows from them. */
function restarted(before: State, now: number): State {
  const state = createState({ ...DEFAULT_SETTINGS });
  for (const name of Object.keys(emptyTables()) as (keyof ReturnType<typeof emptyTables>)[]) {
    for (const row of before[name].values()) (state[name] as { put(row: unknown): void }).put(row);
  }
  derive(state, now);
  return state;
}

describe('Central that starts again', () => {
  it('refuses a request that its point left unanswered for longer than there is to plug in', () => {
    const network = new Network();
    network.connect();
    const session = network.sessionOf(network.charge(ANA));
    expect(session.state).toBe('requested');
    const now = network.now + AWAY_MS;
    const state = restarted(network.state, now);
    for (let later = 0; later <= 60_000; later += 1_000) handle(state, { kind: 'tick' }, now + later);
    expect(state.sessions.must(session.sessionId)).toMatchObject({
      state: 'rejected', refusal: 'point-silent', holdMinor: 0,
    });
  });
});

describe('a broker that has lost its log', () => {
  it('is noted in the audit log', () => {
    const network = new Network();
    network.connect();
    const effects = network.feed({ kind: 'log-lost', detail: 'another cluster' });
    const audited = effects.flatMap((e) => (e.kind === 'append' && e.table === 'audit' ? [e.row] : []));
    expect(audited).toMatchObject([{ action: 'log-lost', parameters: { detail: 'another cluster' } }]);
  });
});
