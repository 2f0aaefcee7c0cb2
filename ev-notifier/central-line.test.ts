// The line to a real EV_Central on a real socket.
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestCentral, type TestCentral } from '../ev-central/central-for-tests.ts';
import { serviceKey } from '../ev-central/bus/send-keys.ts';
import { systemClock } from '../shared/clock.ts';
import { siteId, userId } from '../shared/ids.ts';
import { NO_PREFERENCES } from '../shared/messages/notification.ts';
import { serviceToken } from '../shared/service-key.ts';
import { createProcessTicker } from '../shared/wire/awake-timer.ts';
import { tcpConnect } from '../shared/wire/tcp-socket.ts';
import { CentralLine } from './central-line.ts';

const ticker = createProcessTicker(systemClock);
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function central(): Promise<TestCentral & { serviceToken: string }> {
  const started = await startTestCentral();
  closers.push(() => started.close());
  const { state } = started.central;
  state.persons.put({ userId: userId('ana'), name: 'Ana', email: 'ana@example.org', language: 'es', timeZone: 'UTC' });
  const key = serviceKey(state);
  if (key === undefined) throw new Error('no key of services');
  return { ...started, serviceToken: serviceToken(key) };
}

function line(port: number, token: string): CentralLine {
  const made = new CentralLine({
    connect: tcpConnect({ host: '127.0.0.1', port, tls: null, insecure: false, insecureFlag: '' }),
    ticker, clock: systemClock, log: () => undefined, token, onState: () => undefined,
  });
  closers.push(() => made.close());
  made.start();
  return made;
}

const QUESTION = { about: 'x', kind: 'charge-complete', userIds: [userId('ana')], siteId: null } as const;

describe('a service with the token of the key of services', () => {
  it('is told how people are reached, page by page', async () => {
    const { port, serviceToken: token, central: { state } } = await central();
    for (let i = 0; i < 120; i += 1) {
      const id = userId(`staff-${i}`);
      state.users.put({ ...state.users.must(userId('olga')), userId: id });
      state.persons.put({ userId: id, name: '', email: `${id}@example.org`, language: 'en', timeZone: 'UTC' });
      state.contactPreferences.put({ ...NO_PREFERENCES, userId: id, allSites: true });
    }
    const made = line(port, token);
    await expect.poll(() => made.view().state, { timeout: 5_000 }).toBe('up');
    expect(await made.ask(QUESTION)).toEqual([{
      userId: 'ana', language: 'es', timeZone: 'UTC', quietHours: null, email: 'ana@example.org', phone: null,
      chat: null, push: [],
    }]);
    const staff = await made.ask({ ...QUESTION, kind: 'point-faulted', userIds: [], siteId: siteId('ALC') });
    expect(new Set(staff.map(({ email }) => email)).size).toBe(120);
  });

  it.each([
    { type: 'query', what: 'people', filter: {}, after: null, limit: 1 },
    { type: 'order', orderId: 'o-1', order: { kind: 'end-log-ins', userId: 'ana' } },
    { type: 'tail', topic: 'facts', contains: '' },
  ])('may do nothing else: $type', async (frame) => {
    const { connect, serviceToken: token } = await central();
    const peer = connect();
    await peer.logInOperator({ userId: null, password: null, token, service: 'notifier' });
    expect(await peer.hear('welcome-operator')).toMatchObject({ taken: true, role: null });
    await peer.say(frame);
    await expect.poll(() => peer.closed !== null || peer.messages.some(({ error, outcome }) =>
      typeof error === 'string' || outcome === 'refused'), { timeout: 5_000 }).toBe(true);
    expect(JSON.stringify(peer.messages)).not.toContain('ana@');
  });
});

it('a service with another token is refused, and every question fails while it is', async () => {
  const { port, connect } = await central();
  const wrong = randomBytes(32).toString('base64url');
  const made = line(port, wrong);
  await expect.poll(() => made.view().state, { timeout: 5_000 }).toBe('refused');
  expect(made.view().why).toContain('admin service-key');
  await expect(made.ask(QUESTION)).rejects.toThrow('could not ask');
  const peer = connect();
  await peer.logInOperator({ userId: null, password: null, token: wrong, service: 'notifier' });
  expect(await peer.hear('welcome-operator')).toMatchObject({ taken: false, reason: 'unknown-or-wrong' });
});
