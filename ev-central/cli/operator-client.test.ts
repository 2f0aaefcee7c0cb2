import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PASSWORD_HASH, PIN_HASH, startTestCentral, type TestCentral, TOKEN } from '../central-for-tests.ts';
import { codeAt, makeSecondFactor } from '../one-time-code.ts';
import { pointId, siteId, tariffId, userId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import { currency } from '../../shared/money.ts';
import { OperatorClient } from './operator-client.ts';
import type { OrderDesk } from './order-desk.ts';
import { giveOrder, ListRefused, readList } from './order-desk.ts';
import { manyLanes } from './order-lanes.ts';

let central: TestCentral;
let folder: string;
const desks: OrderDesk[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ev-tool-'));
  central = await startTestCentral({ passwordHash: PASSWORD_HASH, pinHash: PIN_HASH });
  writeFileSync(join(folder, 'operator.token'), TOKEN);
});
afterEach(async () => {
  for (const desk of desks.splice(0)) await desk.close();
  await central.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a tool with the token of this machine gives orders and reads lists', async () => {
  const client = await connect();
  expect(client.role).toBe('admin');
  expect(await giveOrder(client, stop('ALC-01'))).toMatchObject({ outcome: 'done', text: '1 point out of order' });
  expect(await readList(client, 'points')).toMatchObject([{ pointId: 'ALC-01' }]);
  expect(await readList(client, 'events', { kind: 'point-operative' })).toHaveLength(1);
  expect(await giveOrder(client, stop('NO-99'))).toMatchObject({ outcome: 'refused' });
});

test('the same order given twice is carried out once', async () => {
  const client = await connect();
  const top: Order = { kind: 'book', userId: userId('ana'), amountMinor: 500, reason: 'cash' };
  const [first, again] = [await client.order(top, 'o-1'), await client.order(top, 'o-1')];
  expect(again).toEqual(first);
  expect(central.central.state.users.must(userId('ana')).balanceMinor).toBe(5_500);
  expect(await readList(client, 'ledger', { userId: 'ana' })).toMatchObject([
    {
      kind: 'top-up', reason: 'cash', by: 'local',
      postings: [
        { account: 'wallet:user:ana', amountMinor: 500, balanceMinor: 5_500 },
        { account: 'cash', amountMinor: -500, balanceMinor: null },
      ],
    },
  ]);
});

test('a wrong token and a wrong password are refused', async () => {
  const refused = expect.objectContaining({ code: 'link-refused' });
  await expect(OperatorClient.connect(target(), { token: 'x'.repeat(43) })).rejects.toEqual(refused);
  await expect(OperatorClient.connect(target(), { userId: 'ana', password: 'wrong' })).rejects.toEqual(refused);
});

test('who has a second factor is asked for a code, which serves for one connection', async () => {
  const { secretBase64, recovery } = makeSecondFactor('olga', randomBytes);
  const admin = await connect();
  expect(await giveOrder(admin, {
    kind: 'enrol-second-factor', userId: userId('olga'), secretBase64, recoverySha256s: [...recovery.sha256s],
    counter: 1,
  })).toMatchObject({ outcome: 'done' });
  const proof = { userId: 'olga', password: 'correct horse' };
  await expect(OperatorClient.connect(target(), proof)).rejects.toThrow(/needs a one-time code.*--login-code/);
  await expect(OperatorClient.connect(target(), proof, { askCode: () => Promise.resolve('000 000 0') }))
    .rejects.toThrow(/the one-time code is wrong/i);
  const client = await OperatorClient.connect(target(), proof, {
    askCode: () => Promise.resolve(codeAt(secretBase64, Date.now())),
  });
  desks.push(client);
  expect([client.role, client.byCode]).toEqual(['operator', true]);
  const [code = ''] = recovery.codes;
  desks.push(await OperatorClient.connect(target(), { ...proof, code }));
  await expect(OperatorClient.connect(target(), { ...proof, code })).rejects.toThrow(/used before/);
  expect(await readList(client, 'second-factors')).toEqual([
    { userId: 'olga', confirmed: true, recoveryCodesLeft: 9, madeAtMs: expect.any(Number) as number },
  ]);
});

test('a Central that is not there is said so, with what to do', async () => {
  await central.close();
  await expect(connect()).rejects.toThrow(/cannot reach EV_Central at 127.0.0.1:\d+ .*start it/);
  central = await startTestCentral({ passwordHash: PASSWORD_HASH, pinHash: PIN_HASH });
});

test('an unknown filter is answered in words', async () => {
  const client = await connect();
  await expect(readList(client, 'events', { colour: 'red' })).rejects.toThrow(ListRefused);
  await expect(readList(client, 'events', { colour: 'red' })).rejects.toThrow(/unknown filter "colour"/);
});

test('many orders over several connections come to the same end, each with its own answer', async () => {
  const desk = manyLanes(await OperatorClient.connect(target(), { token: TOKEN }), {
    lanes: 4, connect: () => OperatorClient.connect(target(), { token: TOKEN }),
  });
  desks.push(desk);
  const count = 120;
  const orders: Order[] = [
    ...Array.from({ length: count }, (_unused, i): Order => ({
      kind: 'put-tariff',
      tariff: {
        id: tariffId(`t-${i}`), currency: currency('EUR'),
        elements: [{ price_components: [{ type: 'ENERGY', price: i, step_size: 1 }] }],
      },
    })),
    ...Array.from({ length: count }, (_unused, i): Order => ({
      kind: 'put-site',
      site: {
        siteId: siteId(`s-${i}`), name: `Site ${i}`, address: '', latitude: 1, longitude: 1, timeZone: 'UTC',
        tariffId: tariffId(`t-${i}`), queueEnabled: true,
      },
    })),
  ];
  const outcomes = await desk.orders(orders);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(orders.map(() => 'done'));
  expect(outcomes[count + 7]?.text).toContain('s-7');
  expect(central.central.state.sites.size).toBeGreaterThanOrEqual(count);
});

async function connect(): Promise<OperatorClient> {
  const client = await OperatorClient.connect(target(), { token: TOKEN });
  desks.push(client);
  return client;
}

function target() {
  return { host: '127.0.0.1', port: central.port, tls: null, insecure: false };
}

function stop(id: string): Order {
  return { kind: 'set-operative', scope: { kind: 'points', pointIds: [pointId(id)] }, operative: false, note: 'test' };
}
