import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import {
  PASSWORD_HASH, PIN_HASH, SECRET, startTestCentral, type TestCentral, type TestPeer, TOKEN, waitFor,
} from '../central-for-tests.ts';
import { codeAt, makeSecondFactor } from '../one-time-code.ts';
import { userId } from '../../shared/ids.ts';
import { loginProof } from '../../shared/login-proof.ts';
import { type KeyGrant, keyGrantSchema } from '../../shared/messages/values.ts';
import { NO_PREFERENCES } from '../../shared/messages/notification.ts';

const running: TestCentral[] = [];

/** `comesFrom`: what the peers' address is, as Central sees it. */
async function start(comesFrom: string | null = null) {
  const central = await startTestCentral({ passwordHash: PASSWORD_HASH, pinHash: PIN_HASH, comesFrom });
  running.push(central);
  return central;
}

async function enrol(central: TestCentral, secret = SECRET, pointId = 'ALC-01'): Promise<TestPeer> {
  const peer = central.connect();
  await peer.authenticate(secret, pointId);
  return peer;
}

afterEach(async () => {
  for (const central of running.splice(0)) await central.close();
});

test('a monitor that proves the secret of its point is let in with a key', async () => {
  const central = await start();
  const monitor = await enrol(central);
  const welcome = await monitor.hear('welcome-monitor');
  expect(welcome).toMatchObject({ siteId: 'ALC', re: 't-2', topicPrefix: 'ev' });
  await monitor.say({ type: 'point-health', engine: 'ok', reason: '', sinceMs: Date.now() });
  await waitFor(() => [...central.central.state.pointStates.values()][0]?.health.engine === 'ok');
});

test.each([
  ['a wrong secret', randomBytes(32), 'ALC-01'],
  ['a point that nobody registered', SECRET, 'XXX-01'],
])('a monitor with %s is refused and told why', async (_what, secret, pointId) => {
  const monitor = await enrol(await start(), secret, pointId);
  expect(await monitor.hear('refused-monitor')).toMatchObject({ re: 't-2' });
  await waitFor(() => monitor.closed?.code === 'refused');
});

test('a second connection of a point takes the place of the first, which is told so', async () => {
  const central = await start();
  const first = await enrol(central);
  await first.hear('welcome-monitor');
  const second = await enrol(central);
  await second.hear('welcome-monitor');
  await waitFor(() => first.closed?.code === 'replaced');
  expect(central.central.state.monitorLinks.size).toBe(1);
});

test('a driver with a second factor is let in with a code, once, then with the key that it brought', async () => {
  const central = await start();
  const { secretBase64 } = makeSecondFactor('ana', randomBytes);
  await central.central.order({
    kind: 'enrol-second-factor', userId: userId('ana'), secretBase64, recoverySha256s: [], counter: 1,
  }, 'test');
  const code = codeAt(secretBase64, Date.now());
  let key: KeyGrant = { keyId: '', keyBase64: '', expiresAtMs: null };
  const answerTo = async (given: string | null): Promise<unknown> => {
    const peer = central.connect();
    await peer.say({
      type: 'login', driverId: 'ana', password: 'correct horse', code: given, lastNotice: 0, software: 'test',
    });
    await waitFor(() => peer.messages.length > 0);
    key = keyGrantSchema.nullish().parse(peer.messages[0]?.['loginKey']) ?? key;
    return peer.messages[0]?.['reason'] ?? peer.messages[0]?.['type'];
  };
  expect(await answerTo(null)).toBe('code-required');
  expect(await answerTo(code)).toBe('welcome-driver');
  expect(await answerTo(code)).toBe('code-wrong');
  const again = async (keyBase64: string): Promise<string> => {
    const peer = central.connect();
    const proof = { keyId: key.keyId, hmacBase64: loginProof(keyBase64, { driverId: 'ana', frameId: 't-1' }) };
    await peer.say({
      type: 'login', driverId: 'ana', password: 'correct horse', code: null, proof, lastNotice: 0, software: 'test',
    });
    await waitFor(() => peer.messages.length > 0);
    return String(peer.messages[0]?.['reason'] ?? peer.messages[0]?.['type']);
  };
  expect(await again(randomBytes(32).toString('base64'))).toBe('code-required');
  expect(await again(key.keyBase64)).toBe('welcome-driver');
  const old = central.connect(); // a program of before there were codes
  await old.logIn();
  expect(await old.hear('refused-driver')).toMatchObject({ reason: 'code-required' });
});

test('once a commit has failed nothing is answered from memory any more, and nobody is let in', async () => {
  const central = await start();
  const monitor = await enrol(central);
  await monitor.hear('welcome-monitor');
  const driver = central.connect();
  await driver.logIn();
  await driver.hear('welcome-driver');
  await driver.hear('missed-notices');
  central.store.close();
  await monitor.say({ type: 'point-health', engine: 'ok', reason: '', sinceMs: Date.now() });
  await waitFor(() => central.fatals.length > 0);
  await driver.say({ type: 'query', what: 'points', filter: {}, after: null, limit: 10 });
  const late = central.connect();
  await late.say({ type: 'hello-monitor', pointId: 'ALC-01', software: 'test', byHand: false });
  await waitFor(() => driver.closed !== null && monitor.closed !== null && late.closed !== null);
  expect([...driver.messages, ...late.messages]).toEqual([]);
});

test('a driver logs in with her password and gets her keys and what she missed', async () => {
  const central = await start();
  const driver = central.connect();
  await driver.logIn();
  const welcome = await driver.hear('welcome-driver');
  expect(welcome).toMatchObject({ re: 't-1', balanceMinor: 5_000, lastNotice: 0 });
  expect(await driver.hear('missed-notices')).toMatchObject({ notices: [], more: false });
  await driver.say({ type: 'query', what: 'points', filter: {}, after: null, limit: 10 });
  const answer = await driver.hear('rows');
  expect(answer).toMatchObject({ re: 't-2', error: null, rows: [{ pointId: 'ALC-01', status: 'Disconnected' }] });
});

test('a driver who asked for points hears of a point that changes', async () => {
  const central = await start();
  const driver = central.connect();
  await driver.logIn();
  await driver.hear('welcome-driver');
  await driver.say({ type: 'query', what: 'points', filter: {}, after: null, limit: 10 });
  await driver.hear('rows');
  const monitor = await enrol(central);
  await monitor.hear('welcome-monitor');
  await monitor.say({ type: 'point-health', engine: 'ok', reason: '', sinceMs: Date.now() });
  await waitFor(() => driver.messages.some((m) => JSON.stringify(m).includes('Available')), () => driver.seen());
});

test('a driver sees no list of operators', async () => {
  const driver = (await start()).connect();
  await driver.logIn();
  await driver.hear('welcome-driver');
  for (const what of ['audit', 'ledger']) {
    await driver.say({ type: 'query', what, filter: {}, after: null, limit: 10 });
    expect(await driver.hear('rows')).toMatchObject({ rows: [], error: `the list ${what} is for operators` });
  }
});

test('a driver reads and changes what she is told of, nobody else\'s, and gives no order of staff', async () => {
  const driver = (await start()).connect();
  await driver.logIn();
  await driver.hear('welcome-driver');
  const choose = (userId: string, orderId: string) => driver.say({
    type: 'order', orderId,
    order: {
      kind: 'put-notification-preferences', userId,
      preferences: { ...NO_PREFERENCES, phone: '+34600111222', channels: { 'low-balance': [] } },
    },
  });
  await choose('ana', 'r-1');
  expect(await driver.hear('order-result')).toMatchObject({ orderId: 'r-1', outcome: 'done' });
  await choose('ben', 'r-2');
  expect(await driver.hear('order-result')).toMatchObject({ orderId: 'r-2', outcome: 'refused' });
  await driver.say({ type: 'query', what: 'my-notification-preferences', filter: {}, after: null, limit: 1 });
  expect(await driver.hear('rows')).toMatchObject({
    rows: [{ phone: '+34600111222', channels: { 'low-balance': [] }, language: 'en', timeZone: 'UTC' }],
  });
  await driver.say({
    type: 'order', orderId: 'r-3', order: { kind: 'set-operative', scope: { kind: 'all' }, operative: false, note: '' },
  });
  expect(await driver.hear('order-result')).toMatchObject({ outcome: 'refused', text: 'a frame out of place' });
});

test('wrong passwords are refused, and lock the user out after some', async () => {
  const central = await start();
  const reasons: unknown[] = [];
  for (let i = 0; i < 6; i += 1) {
    const driver = central.connect();
    await driver.logIn('ana', 'wrong');
    reasons.push((await driver.hear('refused-driver'))['reason']);
    driver.close();
  }
  expect(reasons.at(0)).toBe('unknown-or-wrong');
  expect(reasons.at(-1)).toBe('locked-out');
});

test('a request at the point is checked by PIN, also when another was repeated before it', async () => {
  const central = await start();
  const monitor = await enrol(central);
  await monitor.hear('welcome-monitor');
  await monitor.say({ type: 'point-health', engine: 'ok', reason: '', sinceMs: Date.now() });
  const wish = {
    type: 'local-request', driverId: 'ana', connectorNo: 1, corr: 'c-1',
    goal: { energyWh: null, amountMinor: null, socPercent: null },
  };
  await monitor.say({ ...wish, requestId: 'l-1', pin: '4711' });
  expect(await monitor.hear('local-answer')).toMatchObject({ requestId: 'l-1', outcome: 'accepted' });
  await monitor.say({ ...wish, requestId: 'l-1', pin: '4711' });
  await monitor.say({ ...wish, requestId: 'l-2', pin: '0000' });
  await waitFor(() => monitor.messages.some((m) => m['requestId'] === 'l-2'), () => monitor.seen());
  expect(monitor.messages.find((m) => m['requestId'] === 'l-2')).toMatchObject({ reason: 'wrong-pin' });
});

test('an operator logs in by password or by the token of the machine, and orders', async () => {
  const central = await start();
  const order = {
    type: 'order', orderId: 'o-1',
    order: { kind: 'set-operative', scope: { kind: 'all' }, operative: false, note: 'drill' },
  };
  for (const proof of [{ userId: 'olga', password: 'correct horse', token: null },
    { userId: null, password: null, token: TOKEN }]) {
    const operator = central.connect();
    await operator.logInOperator(proof);
    expect(await operator.hear('welcome-operator')).toMatchObject({ taken: true });
    await operator.say(order);
    expect(await operator.hear('order-result')).toMatchObject({ orderId: 'o-1', outcome: 'done' });
  }
  expect(central.store.query('audit', { who: 'olga' }, null, 10).rows.length).toBeGreaterThan(0);
});

test('a driver may not log in as an operator, and a wrong token is refused', async () => {
  const central = await start();
  for (const proof of [{ userId: 'ana', password: 'correct horse', token: null },
    { userId: null, password: null, token: 'x'.repeat(29) }]) {
    const operator = central.connect();
    await operator.logInOperator(proof);
    expect(await operator.hear('welcome-operator')).toMatchObject({ taken: false });
  }
});

test('the token serves on the machine of Central also at another address than the loopback', async () => {
  const central = await start('192.0.2.10:4711');
  const operator = central.connect();
  await operator.logInOperator();
  expect(await operator.hear('welcome-operator')).toMatchObject({ taken: true, role: 'admin' });
});

test('an operator tails a topic and gets it opened', async () => {
  const central = await start();
  const operator = central.connect();
  await operator.logInOperator();
  await operator.hear('welcome-operator');
  await operator.say({ type: 'tail', topic: 'events', contains: 'point-link' });
  await operator.say({ type: 'query', what: 'status', filter: {}, after: null, limit: 1 });
  await operator.hear('rows');
  await enrol(central);
  const record = await operator.hear('tail-record');
  expect(JSON.parse(String(record['text']))).toMatchObject({ kind: 'point-link', pointId: 'ALC-01' });
});

test('bad frames end a connection that is not let in, and are answered on one that is', async () => {
  const central = await start();
  const stranger = central.connect();
  await stranger.say({ type: 'order', orderId: 'o-1' });
  await waitFor(() => stranger.closed !== null);
  const operator = central.connect();
  await operator.logInOperator();
  await operator.hear('welcome-operator');
  await operator.say({ type: 'order', orderId: 'o-2', order: { kind: 'no-such-order' } });
  expect(await operator.hear('order-result')).toMatchObject({ orderId: 'o-2', outcome: 'refused' });
  expect(central.fatals).toEqual([]);
});

test('a dead letter that fits into no frame is listed with its long texts cut, and hides no other', async () => {
  const central = await start();
  const letter = (from: string, bytes: number) => ({
    topic: 'ev.facts', key: 'ALC', headers: { from, to: 'central' }, value: Buffer.alloc(bytes, 65),
  });
  await central.bus.sender().send([letter('mallory', 60_000), letter('trudy', 10)]);
  await waitFor(() => central.store.query('dead-letters', {}, null, 10).rows.length === 2);
  const operator = central.connect();
  await operator.logInOperator();
  await operator.hear('welcome-operator');
  const rows: unknown[] = [];
  for (let after: string | null = null, first = true; first || after !== null; first = false) {
    await operator.say({ type: 'query', what: 'dead-letters', filter: {}, after, limit: 10 });
    const page = await operator.hear('rows');
    expect(page['error']).toBe(null);
    rows.push(...(page['rows'] as unknown[]));
    after = page['next'] as string | null;
  }
  expect(rows).toMatchObject([
    { claimedSender: 'trudy', reason: 'unknown-sender', payloadBase64: 'QUFBQUFBQUFBQQ==' },
    { claimedSender: 'mallory', reason: 'unknown-sender',
      payloadBase64: expect.stringMatching(/^QUFB.*… \(80000 characters\)$/) as unknown },
  ]);
});
