import { expect, test } from 'vitest';
import { keyId, sessionId } from '../shared/ids.ts';
import { createState } from './core/handle.ts';
import { DEFAULT_SETTINGS } from './core/settings.ts';
import { forgetOld } from './forget.ts';
import { sampleKey, sampleSession, START_MS } from './store/sample-rows.ts';

const DAY_MS = 86_400_000;

test('settled sessions and dead keys are forgotten, what is under way or not yet written stays', () => {
  const state = createState(DEFAULT_SETTINGS);
  const old = { stateSinceMs: START_MS - DAY_MS };
  state.sessions.load(sampleSession({ ...old, sessionId: sessionId('over'), state: 'completed', settled: true }));
  state.sessions.load(sampleSession({ ...old, sessionId: sessionId('open') }));
  state.sessions.put(sampleSession({ ...old, sessionId: sessionId('unwritten'), state: 'completed', settled: true }));
  state.keys.load(sampleKey({ kind: 'login', keyId: keyId('l-old'), expiresAtMs: START_MS - 2 * DAY_MS }));
  state.keys.load(sampleKey({ kind: 'point', keyId: keyId('p-old'), expiresAtMs: START_MS - 2 * DAY_MS }));
  expect(forgetOld(state, START_MS)).toBe(2);
  expect([...state.sessions.values()].map((s) => s.sessionId)).toEqual(['open', 'unwritten']);
  expect([...state.keys.values()].map((k) => k.keyId)).toEqual(['p-old']);
});
