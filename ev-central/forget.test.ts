import { expect, test } from 'vitest';
import { keyId, sessionId } from '../shared/ids.ts';
import { createState } from './core/handle.ts';
import { DEFAULT_SETTINGS } from './core/settings.ts';
import { forgetTraces } from './forget.ts';
import { sampleKey, START_MS } from './store/sample-rows.ts';

const DAY_MS = 86_400_000;

test('keys of log-ins that expired long ago are forgotten, those of points may still bring reports', () => {
  const state = createState(DEFAULT_SETTINGS);
  const expiresAtMs = START_MS - 2 * DAY_MS;
  state.keys.load(sampleKey({ kind: 'login', keyId: keyId('l-old'), expiresAtMs }));
  state.keys.load(sampleKey({ kind: 'login', keyId: keyId('l-new'), expiresAtMs: START_MS }));
  state.keys.load(sampleKey({ kind: 'point', keyId: keyId('p-old'), expiresAtMs }));
  state.progressSentMs.set(sessionId('over'), START_MS);
  state.straysStoppedMs.set(sessionId('stray'), START_MS - DAY_MS);
  forgetTraces(state, START_MS);
  expect([...state.keys.values()].map((k) => k.keyId)).toEqual(['l-new', 'p-old']);
  expect(state.progressSentMs.size + state.straysStoppedMs.size).toBe(0);
});
