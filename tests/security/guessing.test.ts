// Guessing passwords, PINs and points' secrets, over real sockets with real bcrypt: it is locked out, also for the
// right one, until its time is over or an operator releases it; and no answer tells who exists.
import { hashSync } from 'bcrypt';
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import {
  PASSWORD_HASH, PIN_HASH, SECRET, startTestCentral, type TestCentral, waitFor,
} from '../../ev-central/central-for-tests.ts';
import { BCRYPT_COST } from '../../ev-central/cli/credentials.ts';
import { hashSecret, pointProof } from '../../shared/point-proof.ts';
import type { JsonObject } from '../../shared/wire/json.ts';

const LOCKOUT_MS = 1_500;
let central: TestCentral;

afterEach(() => central.close());

async function start(passwordHash = PASSWORD_HASH): Promise<TestCentral> {
  central = await startTestCentral({
    passwordHash, pinHash: PIN_HASH,
    settings: {
      lockoutFailuresUser: 3, lockoutFailuresAddress: 6, lockoutFailuresPoint: 5,
      lockoutMs: LOCKOUT_MS, lockoutWindowMs: 60_000,
    },
  });
  return central;
}

async function logIn(driverId: string, password: string): Promise<JsonObject> {
  const peer = central.connect();
  await peer.logIn(driverId, password);
  const answered = (): JsonObject | undefined => peer.messages.find((m) => m['re'] === 't-1');
  await waitFor(() => answered() !== undefined, () => peer.seen(), 20_000);
  peer.close();
  return answered() ?? {};
}

/** What an answer says, without what differs from answer to answer anyway. */
function saying({ n: _n, id: _id, ...answer }: JsonObject): JsonObject {
  return answer;
}

async function release(who: string): Promise<boolean> {
  return (await central.central.order({ kind: 'release-lockout', who }, 'olga')).ok;
}

describe('a password', () => {
  it('that was guessed wrong three times is refused also when it is right, until the time is over', async () => {
    await start();
    for (let i = 0; i < 3; i += 1) expect((await logIn('ana', `guess ${i}`))['reason']).toBe('unknown-or-wrong');
    const locked = await logIn('ana', 'correct horse');
    expect(locked).toMatchObject({ type: 'refused-driver', reason: 'locked-out' });
    expect(locked['retryAfterMs']).toBeGreaterThan(0);
    const overMs = Date.now() + LOCKOUT_MS;
    await waitFor(() => Date.now() > overMs);
    expect((await logIn('ana', 'correct horse'))['type']).toBe('welcome-driver');
  });

  it('is let in again when an operator releases the user, not before', async () => {
    await start();
    for (let i = 0; i < 3; i += 1) await logIn('ana', 'guess');
    expect((await logIn('ana', 'correct horse'))['reason']).toBe('locked-out');
    expect(await release('user:ana')).toBe(true);
    expect((await logIn('ana', 'correct horse'))['type']).toBe('welcome-driver');
  });

  it('cannot be tried more often by trying many at once', async () => {
    await start();
    const answers = await Promise.all(Array.from({ length: 12 }, (_unused, i) =>
      logIn('ana', i === 11 ? 'correct horse' : `guess ${i}`)));
    expect(answers.filter((answer) => answer['type'] === 'welcome-driver')).toEqual([]);
  });

  it('locks the address out that tries many users, and nobody learns from it who exists', async () => {
    await start();
    for (let i = 0; i < 6; i += 1) await logIn(`nobody-${i}`, 'guess');
    expect((await logIn('ana', 'correct horse'))['reason']).toBe('locked-out');
    expect((await logIn('nobody-9', 'guess'))['reason']).toBe('locked-out');
    expect(await release('addr:127.0.0.1')).toBe(true);
    expect((await logIn('ana', 'correct horse'))['type']).toBe('welcome-driver');
  });

  it('of an unknown user is answered like a wrong one, and is locked out like one', async () => {
    await start();
    for (let i = 0; i < 3; i += 1) {
      expect(saying(await logIn('nobody', 'guess'))).toEqual(saying(await logIn('ana', 'guess')));
    }
    await release('addr:127.0.0.1');
    const [unknown, known] = [await logIn('nobody', 'guess'), await logIn('ana', 'guess')];
    expect(unknown['reason']).toBe('locked-out');
    expect(Object.keys(saying(unknown))).toEqual(Object.keys(saying(known)));
  });

  const costs = [BCRYPT_COST, BCRYPT_COST + 2];
  it.each(costs)('of an unknown user takes as long as a wrong one of cost %i', async (cost) => {
    await start(hashSync('correct horse', cost));
    const [known, unknown]: [number[], number[]] = [[], []];
    for (let i = 0; i < 7; i += 1) {
      for (const [who, times] of [['ana', known], [`nobody-${i}`, unknown]] as const) {
        const startedMs = performance.now();
        await logIn(who, 'guess');
        times.push(performance.now() - startedMs);
        await release('addr:127.0.0.1');
        await release('user:ana');
      }
    }
    const median = (times: number[]): number => times.sort((a, b) => a - b)[3] ?? 0;
    // A comparison takes 40 ms and more; an answer without one comes within 5 ms.
    expect(median(unknown)).toBeGreaterThan(median(known) * 0.5);
    expect(median(unknown)).toBeLessThan(median(known) * 2);
  });
});

describe('a point', () => {
  async function proof(secret: Buffer, forPoint = 'ALC-01', answer?: (nonce: Buffer) => string): Promise<JsonObject> {
    const peer = central.connect();
    const nonce = await peer.helloMonitor(forPoint);
    const right = pointProof(hashSecret(secret), nonce, forPoint);
    await peer.say({ type: 'proof', proofBase64: answer === undefined ? right : answer(nonce) });
    await waitFor(() => peer.messages.some((m) => m['re'] === 't-2'), () => peer.seen());
    return peer.messages.find((m) => m['re'] === 't-2') ?? {};
  }

  it('is not let in with the proof of another connection, of another point, or with none', async () => {
    await start();
    let heard = '';
    await proof(SECRET, 'ALC-01', (nonce) => (heard = pointProof(hashSecret(SECRET), nonce, 'ALC-01')));
    expect((await proof(SECRET, 'ALC-01', () => heard))['reason']).toBe('unknown-or-wrong');
    const ofOther = (nonce: Buffer): string => pointProof(hashSecret(SECRET), nonce, 'ALC-02');
    expect((await proof(SECRET, 'ALC-01', ofOther))['reason']).toBe('unknown-or-wrong');
    expect((await proof(SECRET, 'ALC-01', () => 'AAAA'))['reason']).toBe('unknown-or-wrong');
    expect((await proof(randomBytes(32)))['reason']).toBe('unknown-or-wrong');
  });

  it('has one try a challenge, and every challenge is another one', async () => {
    const { central: { state } } = await start();
    const nonces = new Set<string>();
    for (let i = 0; i < 5; i += 1) {
      const peer = central.connect();
      const nonce = await peer.helloMonitor();
      nonces.add(nonce.toString('base64'));
      if (i > 0) continue;
      await peer.say({ type: 'proof', proofBase64: 'AAAA' });
      await peer.say({ type: 'proof', proofBase64: pointProof(hashSecret(SECRET), nonce, 'ALC-01') });
      await waitFor(() => peer.closed !== null, () => peer.seen());
    }
    expect(nonces.size).toBe(5);
    expect(state.monitorLinks.size).toBe(0);
  });

  it('whose secret is guessed locks the address out, also for the right secret, until it is released', async () => {
    await start();
    for (let i = 0; i < 6; i += 1) await proof(randomBytes(32));
    expect((await proof(SECRET))['reason']).toBe('locked-out');
    expect(await release('addr:127.0.0.1')).toBe(true);
    expect((await proof(SECRET))['type']).toBe('welcome-monitor');
  });
});

describe('a PIN at the point', () => {
  async function monitor(): Promise<(pin: string, driverId?: string) => Promise<JsonObject>> {
    const peer = central.connect();
    await peer.authenticate();
    await peer.hear('welcome-monitor');
    await peer.say({ type: 'point-health', engine: 'ok', reason: '', sinceMs: Date.now() });
    let count = 0;
    return async (pin, driverId = 'ana') => {
      const requestId = `l-${(count += 1)}`;
      await peer.say({
        type: 'local-request', driverId, connectorNo: 1, corr: 'c-1', requestId, pin,
        goal: { energyWh: null, amountMinor: null, socPercent: null },
      });
      const answered = (): JsonObject | undefined => peer.messages.find((m) => m['requestId'] === requestId);
      await waitFor(() => answered() !== undefined, () => peer.seen());
      return answered() ?? {};
    };
  }

  it('is locked out after wrong ones, also for the right one; an operator releases it, or the time', async () => {
    await start();
    const ask = await monitor();
    for (let i = 0; i < 3; i += 1) expect((await ask(`000${i}`))['reason']).toBe('wrong-pin');
    expect((await ask('4711'))['reason']).toBe('locked-out');
    expect(await release('pin:ana')).toBe(true);
    expect((await ask('4711'))['outcome']).toBe('accepted');
    expect(await release('pinat:ALC-01')).toBe(true);
    for (let i = 0; i < 3; i += 1) await ask(`000${i}`);
    expect((await ask('4711'))['reason']).toBe('locked-out');
    const overMs = Date.now() + LOCKOUT_MS;
    await waitFor(() => Date.now() > overMs);
    expect((await ask('4711'))['reason']).not.toBe('locked-out');
  });

  it('is locked out at a point where one is tried with many drivers, until an operator releases it', async () => {
    await start();
    const ask = await monitor();
    for (let i = 0; i < 5; i += 1) expect((await ask('4711', `nobody-${i}`))['reason']).toBe('wrong-pin');
    expect((await ask('4711'))['reason']).toBe('locked-out');
    expect(await release('pinat:ALC-01')).toBe(true);
    expect((await ask('4711'))['outcome']).toBe('accepted');
  });

  it('of an unknown driver is answered like a wrong one', async () => {
    await start();
    const ask = await monitor();
    const [unknown, known] = [await ask('0000', 'nobody'), await ask('0000')];
    expect(unknown['reason']).toBe(known['reason']);
    expect(Object.keys(unknown)).toEqual(Object.keys(known));
  });

  it('leaves log-ins with the password alone: whoever stands at a point locks nobody out of the network', async () => {
    await start();
    const ask = await monitor();
    for (let i = 0; i < 4; i += 1) await ask('0000');
    expect((await logIn('ana', 'correct horse'))['type']).toBe('welcome-driver');
  });
});
