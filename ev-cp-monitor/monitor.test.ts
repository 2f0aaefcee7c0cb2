import { beforeEach, describe, expect, it } from 'vitest';
import { messageId, pointId, requestId } from '../shared/ids.ts';
import { engineLocalRequest } from '../shared/messages/engine-local-request.ts';
import { healthAnswer } from '../shared/messages/health-answer.ts';
import { monitorWelcome } from '../shared/messages/monitor-welcome.ts';
import { handleMonitor, whyNotAuthenticate } from './monitor.ts';
import { startMonitor } from './monitor-state.ts';
import type { MonitorEffect, MonitorInput, MonitorState } from './monitor-state.ts';

const T0 = 1_763_700_000_000;
const envelope = { v: 1, id: messageId('f-1'), re: null } as const;
const welcome = monitorWelcome.schema.parse({
  ...(monitorWelcome.example as object),
  key: { keyId: 'k-1', keyBase64: Buffer.alloc(32).toString('base64'), expiresAtMs: T0 + 100_000 },
});
const lost = { code: 'closed-by-peer', detail: 'gone' } as const;

let state: MonitorState;
let awakeMs: number;
/** Wall time in which the process stood still. */
let asleepMs = 0;

beforeEach(() => {
  awakeMs = 0;
  asleepMs = 0;
  state = startMonitor({ pointId: pointId('ALC-01'), software: 'test', pairingCode: null }, now());
});

function now(): { atMs: number; awakeMs: number; centralOffsetMs: number } {
  return { atMs: T0 + awakeMs + asleepMs, awakeMs, centralOffsetMs: 500 };
}

function give(input: MonitorInput): MonitorEffect[] {
  return handleMonitor(state, input, now());
}

/** Ticks once a second for so long; returns what was wanted meanwhile. */
function pass(durationMs: number): MonitorEffect[] {
  const effects: MonitorEffect[] = [];
  for (let passed = 0; passed < durationMs; passed += 1_000) {
    awakeMs += 1_000;
    effects.push(...give({ kind: 'tick' }));
  }
  return effects;
}

function frames(effects: readonly MonitorEffect[], kind: 'to-central' | 'to-engine'): string[] {
  return effects.flatMap((e) => (e.kind === kind ? [e.frame.type] : []));
}

function authenticate(): MonitorEffect[] {
  give({ kind: 'central-open' });
  give({ kind: 'from-central', message: { ...envelope, type: 'challenge', nonceBase64: 'q83v' } });
  return give({ kind: 'from-central', message: welcome });
}

function attachEngine(): MonitorEffect[] {
  give({ kind: 'engine-open' });
  return give({ kind: 'from-engine', message: {
    ...envelope, type: 'welcome-engine', taken: true, reason: '', bootId: 1,
  } });
}

function engineRefuses(): MonitorEffect[] {
  give({ kind: 'engine-open' });
  const effects = give({ kind: 'from-engine', message: {
    ...envelope, type: 'welcome-engine', taken: false, reason: 'another monitor has it', bootId: 1,
  } });
  return [...effects, ...give({ kind: 'engine-lost', reason: lost })];
}

function health(status: 'ok' | 'ko', reason = '', hasKey = true): MonitorEffect[] {
  const example = healthAnswer.schema.parse(healthAnswer.example);
  return give({ kind: 'from-engine', message: { ...example, status, reason, hasKey } });
}

function refuse(retry: boolean): MonitorEffect[] {
  return give({ kind: 'from-central', message: {
    ...envelope, type: 'refused-monitor', reason: 'key-revoked', text: 'The key was revoked.', retry,
  } });
}

describe('authentication', () => {
  it('says hello, proves the secret on the challenge, and is authenticated by the welcome', () => {
    expect(give({ kind: 'central-open' })).toMatchObject([
      { kind: 'to-central', frame: { type: 'hello-monitor', pointId: 'ALC-01', byHand: false } }]);
    const challenged = give({ kind: 'from-central', message: { ...envelope, type: 'challenge', nonceBase64: 'q83v' } });
    expect(challenged).toEqual([{ kind: 'prove', nonceBase64: 'q83v', re: 'f-1' }]);
    give({ kind: 'from-central', message: welcome });
    expect(state.authentication.state).toBe('authenticated');
  });

  it('gives up a Central that does not answer, and tries again', () => {
    give({ kind: 'central-open' });
    expect(pass(11_000).filter((e) => e.kind === 'drop-central')).not.toHaveLength(0);
    expect(state.authentication.needsHand).toBe(false);
  });

  it('does not come back by itself when Central forbids it, until somebody uses the menu', () => {
    authenticate();
    refuse(false);
    give({ kind: 'central-lost', reason: lost });
    const { authentication, central, setup } = state;
    expect([authentication.needsHand, central.state, setup]).toEqual([true, 'refused', null]);
    expect(give({ kind: 'authenticate' })).toEqual([{ kind: 'connect-central' }]);
    expect(give({ kind: 'central-open' })).toMatchObject([{ frame: { type: 'hello-monitor', byHand: true } }]);
  });

  it('comes back by itself after a refusal that allows it', () => {
    give({ kind: 'central-open' });
    refuse(true);
    give({ kind: 'central-lost', reason: lost });
    expect(state.authentication.needsHand).toBe(false);
  });

  it('stays away when another monitor took its place, and leaves the engine to that one', () => {
    attachEngine();
    authenticate();
    const replaced = give({ kind: 'central-lost', reason: { code: 'replaced', detail: 'from 10.0.0.9' } });
    expect(replaced.map((effect) => effect.kind)).toContain('drop-engine');
    expect(state).toMatchObject({ standsDown: true, authentication: { state: 'refused', needsHand: true } });
    give({ kind: 'engine-lost', reason: lost });
    expect(frames(pass(5_000), 'to-central')).toEqual([]);
    expect(give({ kind: 'authenticate' })).toEqual([{ kind: 'connect-engine' }, { kind: 'connect-central' }]);
  });

  it('is refused in our own words when Central gives none', () => {
    give({ kind: 'central-open' });
    give({ kind: 'from-central', message: {
      ...envelope, type: 'refused-monitor', reason: 'key-revoked', text: '', retry: false,
    } });
    expect(state.authentication.why).toBe(
      'The key of ALC-01 was revoked: authenticate from the menu of its monitor.');
  });

  it('says why the menu can not be used', () => {
    expect(whyNotAuthenticate(state)).toBeNull();
    authenticate();
    expect(whyNotAuthenticate(state)).toBe('ALC-01 is authenticated already');
  });
});

describe('the key', () => {
  it('goes to the engine on the welcome, and again when the engine comes back', () => {
    attachEngine();
    expect(frames(authenticate(), 'to-engine')).toEqual(['engine-setup', 'health-check']);
    give({ kind: 'engine-lost', reason: lost });
    expect(frames(attachEngine(), 'to-engine')).toEqual(['engine-setup', 'health-check']);
  });

  it('goes to an engine that comes later only with a welcome of now', () => {
    authenticate();
    pass(5_000);
    const asked = attachEngine();
    expect(frames(asked, 'to-engine')).not.toContain('engine-setup');
    expect(frames(asked, 'to-central')).toContain('renew-key');
    expect(frames(give({ kind: 'from-central', message: welcome }), 'to-engine')).toContain('engine-setup');
  });

  it('is taken back from the engine when Central revokes it, also from one that was away', () => {
    attachEngine();
    authenticate();
    expect(frames(refuse(false), 'to-engine')).toEqual(['key-withdrawn', 'health-check']);
    give({ kind: 'engine-lost', reason: lost });
    expect(frames(attachEngine(), 'to-engine')).toEqual(['key-withdrawn', 'health-check']);
  });

  it('is renewed at 80 % of its life', () => {
    authenticate();
    expect(frames(pass(79_000), 'to-central')).not.toContain('renew-key');
    expect(frames(pass(3_000), 'to-central')).toContain('renew-key');
  });

  it('is asked for again when the engine has none, but not while the setup is on its way', () => {
    attachEngine();
    authenticate();
    expect(frames(health('ok', '', false), 'to-central')).not.toContain('renew-key');
    awakeMs += 2_500;
    expect(frames(health('ok', '', false), 'to-central')).toContain('renew-key');
    expect(frames(health('ok', '', false), 'to-central')).not.toContain('renew-key');
  });
});

describe('health', () => {
  it('is asked once a second and told on every change', () => {
    attachEngine();
    authenticate();
    expect(frames(health('ok'), 'to-central')).toEqual(['point-health']);
    expect(frames(health('ok'), 'to-central')).toEqual([]);
    expect(health('ko', 'over-temperature')).toContainEqual({ kind: 'to-central', frame: {
      type: 'point-health', engine: 'ko', reason: 'over-temperature', sinceMs: T0 + 500,
    } });
    expect(frames(pass(1_000), 'to-engine')).toEqual(['health-check']);
  });

  it('is unreachable after 3 s without an answer, since the last answer', () => {
    attachEngine();
    authenticate();
    health('ok');
    expect(frames(pass(2_000), 'to-central')).toEqual([]);
    expect(pass(1_000)).toContainEqual({ kind: 'to-central', frame: {
      type: 'point-health', engine: 'unreachable', reason: 'no answer for 3 s', sinceMs: T0 + 500,
    } });
    expect(frames(pass(3_000), 'to-central')).toEqual([]);
    expect(frames(health('ok'), 'to-central')).toEqual(['point-health']);
  });

  it('is unreachable at once when the engine’s connection breaks', () => {
    attachEngine();
    authenticate();
    health('ok');
    expect(give({ kind: 'engine-lost', reason: lost })).toContainEqual(expect.objectContaining({
      kind: 'to-central', frame: expect.objectContaining({ engine: 'unreachable' }) as unknown,
    }));
  });

  it('is not unreachable because this process stood still and was given up by the engine; its silence is', () => {
    attachEngine();
    authenticate();
    health('ok');
    asleepMs += 10_000;
    const lostAll = [
      ...give({ kind: 'central-lost', reason: lost }), ...give({ kind: 'engine-lost', reason: lost }),
      ...authenticate(),
    ];
    expect(lostAll.filter((effect) => JSON.stringify(effect).includes('unreachable'))).toEqual([]);
    attachEngine();
    expect(JSON.stringify([...health('ok'), ...pass(2_000)])).not.toContain('unreachable');

    health('ok');
    asleepMs += 10_000;
    give({ kind: 'engine-lost', reason: lost });
    expect(JSON.stringify(pass(2_000))).not.toContain('unreachable');
    expect(frames(pass(1_000), 'to-central')).toEqual(['point-health']);
    expect(state.health.engine).toBe('unreachable');
  });

  it('is not unreachable because the engine still has the older monitor for a moment', () => {
    authenticate();
    pass(1_000);
    expect(frames(engineRefuses(), 'to-central')).toEqual([]);
    attachEngine();
    expect(health('ok')).toContainEqual(expect.objectContaining({
      kind: 'to-central', frame: expect.objectContaining({ engine: 'ok' }) as unknown,
    }));
  });

  it('is unreachable, and why, when the engine refuses for 3 s', () => {
    authenticate();
    engineRefuses();
    expect(frames(pass(2_000), 'to-central')).toEqual([]);
    engineRefuses();
    expect(pass(1_000)).toContainEqual({ kind: 'to-central', frame: {
      type: 'point-health', engine: 'unreachable', sinceMs: T0 + 500,
      reason: 'the engine refuses this monitor: another monitor has it',
    } });
  });

  it('of an engine that refuses a monitor after having answered it is told at once', () => {
    attachEngine();
    authenticate();
    health('ok');
    give({ kind: 'engine-lost', reason: lost });
    expect(frames(engineRefuses(), 'to-central')).toEqual(['point-health']);
  });

  it('is asked afresh when a monitor that stood down takes its place again', () => {
    attachEngine();
    authenticate();
    health('ko', 'over-temperature');
    give({ kind: 'central-lost', reason: { code: 'replaced', detail: 'from 10.0.0.9' } });
    give({ kind: 'engine-lost', reason: lost });
    pass(5_000);
    give({ kind: 'authenticate' });
    expect(frames(authenticate(), 'to-central')).toEqual([]);
    expect(frames(engineRefuses(), 'to-central')).toEqual([]);
    expect(frames(pass(2_000), 'to-central')).toEqual([]);
    expect(frames(pass(1_000), 'to-central')).toEqual(['point-health']);
  });

  it('of an engine that was never there is told after 3 s, not at the start', () => {
    expect(frames(authenticate(), 'to-central')).toEqual([]);
    expect(frames(pass(3_000), 'to-central')).toEqual(['point-health']);
  });

  it('is told every 10 s when nothing changes', () => {
    attachEngine();
    authenticate();
    const told: string[] = [];
    for (let second = 0; second < 30; second += 1) {
      told.push(...frames([...pass(1_000), ...health('ok')], 'to-central'));
    }
    expect(told.filter((type) => type === 'point-health')).toHaveLength(3);
  });

  it('keeps a minute of beats', () => {
    attachEngine();
    health('ok');
    pass(65_000);
    expect(state.history).toHaveLength(60);
    expect(state.history.at(-1)).toBe('unreachable');
  });

  it('tells the engine at once that Central is away', () => {
    attachEngine();
    authenticate();
    expect(give({ kind: 'central-lost', reason: lost })).toContainEqual(
      { kind: 'to-engine', frame: { type: 'health-check', central: 'away', clockOffsetMs: 500 } });
  });
});

describe('a request at the point', () => {
  const ask = (): MonitorEffect[] => give({
    kind: 'from-engine', message: engineLocalRequest.schema.parse(engineLocalRequest.example),
  });
  const refusal = { kind: 'to-engine', frame: expect.objectContaining({
    type: 'engine-local-answer', outcome: 'refused', reason: 'central-away',
  }) as unknown };

  it('goes to Central, and its answer to the engine', () => {
    attachEngine();
    authenticate();
    expect(frames(ask(), 'to-central')).toEqual(['local-request']);
    const answered = give({ kind: 'from-central', message: {
      ...envelope, type: 'local-answer', requestId: requestId('l-ALC-01-3'), outcome: 'accepted', reason: null,
      text: '',
    } });
    expect(frames(answered, 'to-engine')).toEqual(['engine-local-answer']);
  });

  it('is refused at once while Central is away', () => {
    attachEngine();
    expect(ask()).toContainEqual(refusal);
  });

  it('is refused when Central is lost before it answers, and when it does not answer', () => {
    attachEngine();
    authenticate();
    ask();
    expect(give({ kind: 'central-lost', reason: lost })).toContainEqual(refusal);
    authenticate();
    ask();
    expect(pass(10_000)).toContainEqual(refusal);
  });
});
