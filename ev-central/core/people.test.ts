import { describe, expect, it } from 'vitest';
import { connectionId, correlationId, messageId, requestId, userId } from '../../shared/ids.ts';
import { NO_GOAL } from '../../shared/messages/values.ts';
import { ANA, Network, OTHER_POINT, POINT } from './core-harness.ts';

type Frame = { type: string } & Readonly<Record<string, unknown>>;

/** One log-in whose password was right or wrong; the frame that answers it. */
function logIn(
  network: Network, ok: boolean, change: { user?: string; address?: string; operator?: boolean } = {},
): Frame {
  network.feed({
    kind: 'login', connectionId: connectionId(50), re: messageId('f-9'), userId: userId(change.user ?? 'ana'),
    address: change.address ?? '10.0.0.9', purpose: change.operator === true ? 'operator' : 'driver', lastNotice: 0,
    loginKeyBase64: 'bG9naW4=', readingKeyBase64: 'cmVhZA==',
  });
  const check = network.effects.find((e) => e.kind === 'check-password');
  if (check?.kind === 'check-password') network.feed({ kind: 'password-checked', checkId: check.checkId, ok });
  const frame = network.effects.find((e) => e.kind === 'frame');
  if (frame?.kind !== 'frame') throw new Error('no answer');
  return frame.frame;
}

describe('a log-in', () => {
  it('brings the keys, the balance and the missed notices', () => {
    const network = new Network();
    expect(logIn(network, true)).toMatchObject({ type: 'welcome-driver', balanceMinor: 10_000, heldMinor: 0 });
    expect(network.effects.some((e) => e.kind === 'missed-notices')).toBe(true);
    expect(network.state.logIns.get(ANA)).toBe(1);
    network.feed({ kind: 'link-closed', connectionId: connectionId(50), reason: 'gone' });
    expect(network.state.logIns.has(ANA)).toBe(false);
  });

  it('has one reading key for all log-ins, and a login key of its own', () => {
    const network = new Network();
    const [first, second] = [logIn(network, true), logIn(network, true)];
    expect(second['readingKey']).toEqual(first['readingKey']);
    expect(second['loginKey']).not.toEqual(first['loginKey']);
  });

  it('of an unknown user takes a password check too, and gets the same answer as a wrong password', () => {
    const network = new Network();
    expect(logIn(network, false, { user: 'nobody' })).toEqual(logIn(network, false));
  });

  it('locks a user out after five wrong passwords, from any address, and lets her in again after the time', () => {
    const network = new Network();
    for (let i = 0; i < 5; i++) logIn(network, false, { address: `10.0.0.${i}` });
    expect(logIn(network, true)).toMatchObject({ reason: 'locked-out', retryAfterMs: 300_000 });
    network.later(300_001);
    expect(logIn(network, true)['type']).toBe('welcome-driver');
  });

  it('locks an address out that tries many users, and an operator releases it', () => {
    const network = new Network();
    for (let i = 0; i < 20; i++) logIn(network, false, { user: `guess-${i}` });
    expect(logIn(network, true)['reason']).toBe('locked-out');
    expect(logIn(network, true, { address: '10.9.9.9' })['type']).toBe('welcome-driver');
    expect(network.order({ kind: 'release-lockout', who: 'addr:10.0.0.9' }, 'operator').outcome).toBe('done');
    expect(logIn(network, true)['type']).toBe('welcome-driver');
  });

  it('of a driver is none of an operator', () => {
    const network = new Network();
    expect(logIn(network, true, { operator: true })).toMatchObject({ taken: false, reason: 'role-not-allowed' });
  });

  it('leaves its trace in the audit log, with who and from where', () => {
    const network = new Network();
    logIn(network, false);
    const audited = network.appended.flatMap((a) => (a.table === 'audit' ? [a.row] : []));
    expect(audited.at(-1)).toMatchObject({ who: 'ana', address: '10.0.0.9', outcome: 'unknown-or-wrong' });
  });

  it('is over when the keys are revoked', () => {
    const network = new Network();
    logIn(network, true);
    network.order({ kind: 'revoke-user-keys', userId: ANA, note: '' }, 'operator');
    expect(network.effects.some((e) => e.kind === 'close' && e.connectionId === 50)).toBe(true);
    expect([...network.state.keys.values()].every((key) => key.revokedAtMs !== null)).toBe(true);
  });
});

describe('a request at the point', () => {
  function ask(network: Network, id: string, ok: boolean, driver = 'ana', connection = 1): Frame {
    network.feed({
      kind: 'local-request', connectionId: connectionId(connection), re: messageId('f-1'), requestId: requestId(id),
      driverId: userId(driver), connectorNo: 1, goal: NO_GOAL, corr: correlationId('c-1'),
    });
    const check = network.effects.find((e) => e.kind === 'check-password');
    if (check?.kind === 'check-password') network.feed({ kind: 'password-checked', checkId: check.checkId, ok });
    const frame = network.effects.find((e) => e.kind === 'frame');
    if (frame?.kind !== 'frame') throw new Error('no answer');
    return frame.frame;
  }

  it('is accepted with the right PIN, refused with a wrong one, and locked out like a password', () => {
    const network = new Network();
    network.connect();
    expect(ask(network, 'l-0', false)).toMatchObject({ outcome: 'refused', reason: 'wrong-pin' });
    expect(ask(network, 'l-1', true)).toMatchObject({ outcome: 'accepted' });
    expect(network.lastCommand('authorize').driverId).toBe(ANA);
    for (let i = 2; i < 7; i++) ask(network, `l-${i}`, false);
    expect(ask(network, 'l-9', true)).toMatchObject({ reason: 'locked-out' });
    expect(network.sessionOf('l-1').pointId).toBe(POINT);
  });

  it('is locked out at a point where one PIN is tried with many drivers, and an operator releases the point', () => {
    const network = new Network();
    network.connect();
    network.connect(OTHER_POINT);
    for (let i = 0; i < 10; i++) expect(ask(network, `g-${i}`, false, `guess-${i}`)['reason']).toBe('wrong-pin');
    expect(ask(network, 'l-1', true)).toMatchObject({ outcome: 'refused', reason: 'locked-out' });
    const other = [...network.state.monitorPoints].find(([, id]) => id === OTHER_POINT)?.[0] ?? 0;
    expect(ask(network, 'l-2', true, 'ana', other)).toMatchObject({ outcome: 'accepted' });
    expect(network.order({ kind: 'release-lockout', who: `pinat:${POINT}` }, 'operator').outcome).toBe('done');
    expect(ask(network, 'l-3', true)['reason']).not.toBe('locked-out');
  });

  it('with a right PIN does not begin the count of its point anew', () => {
    const network = new Network();
    network.connect();
    for (let i = 0; i < 9; i++) ask(network, `g-${i}`, false, `guess-${i}`);
    ask(network, 'l-1', true);
    ask(network, 'g-9', false, 'guess-9');
    expect(ask(network, 'l-2', true, 'ben')).toMatchObject({ reason: 'locked-out' });
  });

  it('finds the lock-out also when it began while its PIN was being compared', () => {
    const network = new Network();
    network.connect();
    for (let i = 0; i < 9; i++) ask(network, `g-${i}`, false, `guess-${i}`);
    for (const [id, driver] of [['g-9', 'guess-9'], ['l-1', 'ana']] as const) {
      network.feed({
        kind: 'local-request', connectionId: connectionId(1), re: messageId('f-1'), requestId: requestId(id),
        driverId: userId(driver), connectorNo: 1, goal: NO_GOAL, corr: correlationId('c-1'),
      });
    }
    const next = network.state.nextCheckId;
    network.feed({ kind: 'password-checked', checkId: next - 2, ok: false });
    network.feed({ kind: 'password-checked', checkId: next - 1, ok: true });
    expect(network.state.sessions.size).toBe(0);
  });
});

describe('a request at the point that is sent again', () => {
  const input = (connection: number, id = 'l-1', driver = 'ana') => ({
    kind: 'local-request' as const, connectionId: connectionId(connection), re: messageId('f-7'),
    requestId: requestId(id), driverId: userId(driver), connectorNo: 1, goal: NO_GOAL, corr: correlationId('c-1'),
  });
  function answers(network: Network): Frame[] {
    return network.effects.flatMap((e) => (e.kind === 'frame' && e.frame.type === 'local-answer' ? [e.frame] : []));
  }
  function asked(network: Network, id: string): Frame | undefined {
    network.feed(input(1, id));
    const check = network.effects.find((e) => e.kind === 'check-password');
    if (check?.kind === 'check-password') network.feed({ kind: 'password-checked', checkId: check.checkId, ok: true });
    return answers(network)[0];
  }

  it.each([['accepted', true], ['refused', false]])('gets the answer of the first again: %s', (outcome, works) => {
    const network = new Network();
    network.connect();
    if (!works) network.health('ko');
    const first = asked(network, 'l-1');
    expect(first).toMatchObject({ outcome });
    const { size } = network.state.sessions;
    expect(asked(network, 'l-1')).toEqual(first);
    expect(network.state.sessions.size).toBe(size);
  });

  it('while its PIN is being compared gets the answer of the first, too', () => {
    const network = new Network();
    network.connect();
    network.feed(input(1), input(1));
    const checks = network.effects.flatMap((e) => (e.kind === 'check-password' ? [e.checkId] : []));
    network.feed(...checks.map((checkId) => ({ kind: 'password-checked' as const, checkId, ok: true })));
    expect(answers(network).map((frame) => frame['outcome'])).toEqual(['accepted', 'accepted']);
    expect(network.state.sessions.size).toBe(1);
  });

  it('by somebody else gets nothing of hers', () => {
    const network = new Network();
    network.connect();
    asked(network, 'l-1');
    network.feed(input(1, 'l-1', 'ben'));
    expect(answers(network)).toMatchObject([{ outcome: 'refused', reason: 'not-yours' }]);
  });
});

describe('orders', () => {
  it('are given only by those whose role allows them', () => {
    const network = new Network();
    expect(network.order({ kind: 'remove-point', pointId: POINT }, 'operator').outcome).toBe('refused');
    expect(network.order({ kind: 'revoke-point-key', pointId: POINT, note: '' }, 'technician').outcome).toBe('refused');
    expect(network.order({ kind: 'set-operative', scope: { kind: 'all' }, operative: false, note: 'x' }, 'technician'))
      .toMatchObject({ outcome: 'done', lines: [{ outcome: 'ordered' }, { outcome: 'ordered' }] });
  });

  it('that revoke a driver’s keys take back what has not begun, and leave what charges', () => {
    const network = new Network();
    network.connect();
    network.connect(OTHER_POINT);
    const running = network.charging(ANA);
    const target = { kind: 'point' as const, pointId: OTHER_POINT, connectorNo: null };
    const waiting = network.sessionOf(network.charge(ANA, { target }));
    const { lines } = network.order({ kind: 'revoke-user-keys', userId: ANA, note: 'phone stolen' }, 'operator');
    expect(lines).toEqual([
      { what: running.sessionId, outcome: `goes on at ${POINT}: end-session ends it` },
      { what: waiting.sessionId, outcome: 'taken back' },
    ]);
    expect(network.state.sessions.must(running.sessionId).state).toBe('charging');
    expect(network.state.sessions.must(waiting.sessionId)).toMatchObject({ state: 'cancelled', holdMinor: 0 });
    expect(network.lastCommand('stop', OTHER_POINT).sessionId).toBe(waiting.sessionId);
  });

  it('are carried out once, however often they are sent', () => {
    const network = new Network();
    const order = {
      kind: 'order' as const, orderId: requestId('o-x'), by: 'root', role: 'admin' as const, address: '', answer: null,
      order: { kind: 'book' as const, userId: ANA, amountMinor: 500, reason: 'gift' },
    };
    network.feed(order, order);
    expect(network.state.users.must(ANA).balanceMinor).toBe(10_500);
  });

  it('never put a hash into the audit log', () => {
    const network = new Network();
    const audited = network.appended.flatMap((a) => (a.table === 'audit' ? [JSON.stringify(a.row)] : []));
    expect(audited.length).toBeGreaterThan(0);
    expect(audited.some((row) => /\$2b|Hash|Sha256/.test(row))).toBe(false);
  });
});
