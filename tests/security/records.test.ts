// What strangers and other points put on the topics does nothing at Central but become a dead letter: keys that are not
// theirs, records moved or changed, records sent again, and keys that are void.
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import {
  PASSWORD_HASH, PIN_HASH, startTestCentral, type TestCentral, waitFor,
} from '../../ev-central/central-for-tests.ts';
import type { BusRecord, OutRecord } from '../../shared/bus/port.ts';
import { seal, sealKey } from '../../shared/seal.ts';

const ENDS = { from: 'ALC-01', to: 'central' };
let central: TestCentral;

afterEach(() => central.close());

/** Central with a point and a driver let in; the point has sent its first fact. */
async function town() {
  central = await startTestCentral({ passwordHash: PASSWORD_HASH, pinHash: PIN_HASH });
  const monitor = central.connect();
  await monitor.authenticate();
  const point = keyOf((await monitor.hear('welcome-monitor'))['key']);
  const driver = central.connect();
  await driver.logIn();
  const welcome = await driver.hear('welcome-driver');
  return { central, monitor, point, login: keyOf(welcome['loginKey']), reading: keyOf(welcome['readingKey']) };
}

function keyOf(grant: unknown) {
  const { keyId, keyBase64 } = grant as { keyId: string; keyBase64: string };
  return sealKey(keyId, keyBase64);
}

const fact = (change: Readonly<Record<string, unknown>> = {}) => ({
  v: 1, id: 'ALC-01-7-1', atMs: Date.now(), corr: 'c-1', type: 'booted', pointId: 'ALC-01', bootId: 7, seq: 1,
  uptimeMs: 1_000, previous: null, connectors: [{ connectorNo: 1, plugged: false }], ...change,
});

/** As the point itself would send it. */
function record(key: ReturnType<typeof sealKey>, change: Readonly<Record<string, unknown>> = {}, from = ENDS.from) {
  const message = fact(change);
  const { headers, value } = seal(key, 'up', 'ev.facts', { ...ENDS, from, mid: message.id }, JSON.stringify(message));
  return { topic: 'ev.facts', key: 'ALC', headers: { ...headers }, value } satisfies OutRecord;
}

/** Everything that a record could have changed. */
function stateOf({ central: { state } }: TestCentral): string {
  return JSON.stringify([...state.pointStates.values()].map(({ accepted, connectors }) => ({ accepted, connectors })))
    + JSON.stringify([...state.sessions.values(), ...state.requests.values()]);
}

async function letters({ store }: TestCentral, count: number): Promise<string[]> {
  const read = () => store.query('dead-letters', {}, null, 200).rows.map((row) => String(row['reason']));
  await waitFor(() => read().length >= count, () => read().join());
  return read();
}

describe('a fact of the point itself', () => {
  it('is taken once, however often its record is sent again', async () => {
    const { central: c, point } = await town();
    const own = record(point);
    c.bus.append(own);
    await waitFor(() => stateOf(c).includes('"seq":1'), () => stateOf(c));
    for (let i = 0; i < 5; i += 1) c.bus.append(own);
    c.bus.append(record(point, { id: 'ALC-01-7-2', seq: 2, type: 'unplugged', connectorNo: 1 }));
    await waitFor(() => stateOf(c).includes('"seq":2'), () => stateOf(c));
    const dead = c.store.query('dead-letters', {}, null, 10).rows;
    expect([dead, c.fatals, [...c.central.state.pointStates.values()][0]?.accepted]).toEqual([
      [], [], { bootId: 7, seq: 2 },
    ]);
  });
});

type Town = Awaited<ReturnType<typeof town>>;
const flip = (own: OutRecord, at: number): OutRecord => {
  const value = Buffer.from(own.value as Buffer);
  value.writeUInt8(value.readUInt8(at) ^ 1, at);
  return { ...own, value };
};

describe.each<[string, (t: Town) => OutRecord, string]>([
  ['sealed with a key that nobody gave', () => record(sealKey('p-99', randomBytes(32).toString('base64'))),
    'wrong-key'],
  ['sealed with another key under the id of the point’s', (t) =>
    record(sealKey(t.point.keyId, randomBytes(32).toString('base64'))), 'wrong-key'],
  ['sealed by a driver with her log-in’s key, as the point', (t) => record(t.login), 'wrong-key'],
  ['sealed by a driver with her log-in’s key, as herself', (t) => record(t.login, {}, 'ana'), 'wrong-key'],
  ['sealed by a driver with her reading key', (t) => record(t.reading, {}, 'ana'), 'wrong-key'],
  ['of the point that speaks for another point', (t) => record(t.point, { pointId: 'ALC-02' }), 'impossible'],
  ['of the point, moved to the topic of requests', (t) => ({ ...record(t.point), topic: 'ev.requests' }), 'wrong-key'],
  ['of the point, moved to the topic of meter samples', (t) => ({ ...record(t.point), topic: 'ev.meter' }),
    'wrong-key'],
  ['of the point under another sender’s name', (t) => {
    const own = record(t.point);
    return { ...own, headers: { ...own.headers, from: 'ana' } };
  }, 'wrong-key'],
  ['of somebody whom nobody knows', (t) => record(t.point, {}, 'ALC-77'), 'unknown-sender'],
  ['of the point for another receiver', (t) => {
    const own = record(t.point);
    return { ...own, headers: { ...own.headers, to: 'ALC-02' } };
  }, 'not-for-us'],
  ['of the point under another message id', (t) => {
    const own = record(t.point);
    return { ...own, headers: { ...own.headers, mid: 'ALC-01-7-9' } };
  }, 'wrong-key'],
  ['of the point, cut short', (t) => ({ ...record(t.point), value: record(t.point).value.subarray(0, 27) }),
    'wrong-key'],
  ['of the point, with one bit of the text turned', (t) => flip(record(t.point), 20), 'wrong-key'],
  ['sealed downwards, as Central’s own', (t) => {
    const { headers, value } = seal(t.point, 'down', 'ev.facts', { ...ENDS, mid: 'm' }, JSON.stringify(fact()));
    return { topic: 'ev.facts', key: 'ALC', headers: { ...headers }, value };
  }, 'wrong-key'],
  ['that is no record of ours', () => ({ topic: 'ev.facts', key: 'ALC', headers: {}, value: randomBytes(200) }),
    'not-for-us'],
  ['that is too long', (t) => ({ ...record(t.point), value: randomBytes(70_000) }), 'too-large'],
])('a record %s', (_what, make, reason) => {
  it(`changes nothing and is a dead letter (${reason})`, async () => {
    const t = await town();
    const before = stateOf(t.central);
    t.central.bus.append(make(t));
    expect(await letters(t.central, 1)).toEqual([reason]);
    expect(stateOf(t.central)).toBe(before);
    // The point itself goes on undisturbed.
    t.central.bus.append(record(t.point));
    await waitFor(() => stateOf(t.central).includes('"seq":1'), () => stateOf(t.central));
    expect(t.central.fatals).toEqual([]);
  });
});

describe('a key', () => {
  it('that was revoked opens nothing: what comes under it goes to the dead letters', async () => {
    const t = await town();
    const order = { kind: 'revoke-point-key', pointId: pointIdOf('ALC-01'), note: '' } as const;
    const answer = await t.central.central.order(order, 'olga');
    expect(answer.ok).toBe(true);
    t.central.bus.append(record(t.point));
    expect(await letters(t.central, 1)).toEqual(['wrong-key']);
  });

  it('that was replaced still serves for reports, not for ever being the newest', async () => {
    const t = await town();
    await t.monitor.say({ type: 'renew-key' });
    const renewed = keyOf((await t.monitor.hear('welcome-monitor'))['key']);
    expect(renewed.keyId).not.toBe(t.point.keyId);
    t.central.bus.append(record(t.point));
    await waitFor(() => stateOf(t.central).includes('"seq":1'), () => stateOf(t.central));
  });

  it('of a log-in that has expired takes no request', async () => {
    central = await startTestCentral({
      passwordHash: PASSWORD_HASH, pinHash: PIN_HASH, settings: { loginKeyLifeMs: 1 },
    });
    const driver = central.connect();
    await driver.logIn();
    const login = keyOf((await driver.hear('welcome-driver'))['loginKey']);
    const request = {
      v: 1, id: 'r-1', atMs: Date.now(), corr: 'c-1', type: 'cancel', requestId: 'r-1', driverId: 'ana', cancels: 'r-0',
    };
    const ends = { from: 'ana', to: 'central', mid: 'r-1' };
    const { headers, value } = seal(login, 'up', 'ev.requests', ends, JSON.stringify(request));
    const grantedMs = Date.now();
    await waitFor(() => Date.now() > grantedMs + 2);
    central.bus.append({ topic: 'ev.requests', key: 'ALC', headers: { ...headers }, value });
    expect(await letters(central, 1)).toEqual(['wrong-key']);
  });
});

it('what Central sends can be opened by nobody but its receiver', async () => {
  const t = await town();
  const operator = t.central.connect();
  await operator.logInOperator();
  await operator.hear('welcome-operator');
  await operator.say({ type: 'order', orderId: 'o-1', order: {
    kind: 'set-operative', scope: { kind: 'all' }, operative: false, note: 'a very special note' } });
  const sent = (): readonly BusRecord[] => t.central.bus.log('ev.commands').records;
  await waitFor(() => sent().some(({ headers }) => headers['to'] === 'ALC-01'));
  for (const { value, headers } of sent()) {
    expect(value.includes('special note')).toBe(false);
    expect(headers['from']).toBe('central');
  }
});

function pointIdOf(id: string) {
  const point = [...central.central.state.points.values()].find((each) => each.pointId === id);
  if (point === undefined) throw new Error(`no ${id}`);
  return point.pointId;
}
