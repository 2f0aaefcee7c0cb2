// Groups, wallets, documents, books and second factors over HTTP: what `admin` does, done by a client.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../shared/clock.ts';
import { userId } from '../../shared/ids.ts';
import { ticketIssued } from '../../shared/messages/ticket-issued.ts';
import { TOTP, Secret } from 'otpauth';
import { createBookChecks } from '../../ev-central/book-check.ts';
import { emptyTables } from '../../ev-central/core/state.ts';
import { pdfPages } from '../../ev-central/documents/pdf-text-for-tests.ts';
import { openDatabase } from '../../shared/sqlite/database.ts';
import { sampleInvoice, sampleSession, sampleUninvoiced, START_MS } from '../../ev-central/store/sample-rows.ts';
import { openStore } from '../../ev-central/store/store.ts';
import { type ApiCentral, type ApiClient, PASSWORD, type Reply, startApiCentral } from './api-client.ts';

const MONTH = new Date().toISOString().slice(0, 7);
const GROUP = {
  name: 'Vans', kind: 'fleet', currency: 'EUR', active: true, members: [],
  limits: { perSessionMinor: null, perMonthMinor: 20_000 }, siteIds: ['ALC'], hours: null, timeZone: 'Europe/Madrid',
};

let central: ApiCentral;
let client: ApiClient;
let admin: string;
let ana: string;

beforeEach(async () => {
  central = await startApiCentral();
  ({ client } = central);
  [admin, ana] = [await client.tokenOf('ada'), await client.tokenOf('ana')];
});

afterEach(async () => {
  await central.close();
});

const read = (path: string, token = admin): Promise<Reply> => client.call(`/api/v1${path}`, { token });
const put = (path: string, body: unknown, match: Record<string, string>): Promise<Reply> =>
  client.call(`/api/v1${path}`, { method: 'PUT', body, token: admin, headers: match });
const post = (path: string, body: unknown, token = admin): Promise<Reply> => client.post(`/api/v1${path}`, body, token);

async function makeGroup(): Promise<string> {
  const made = await put('/groups/vans', GROUP, { 'if-none-match': '*' });
  expect([made.status, made.text]).toEqual([200, made.text]);
  return made.headers.get('etag') ?? '';
}

describe('a group', () => {
  it('is made, gets members under its version, and shows a member her own part', async () => {
    const etag = await makeGroup();
    const body = { role: 'member', paid: true, limits: { perSessionMinor: 2_500, perMonthMinor: null } };
    const added = await put('/groups/vans/members/ana', body, { 'if-match': etag });
    expect(added).toMatchObject({ status: 200, body: { members: [{ userId: 'ana', ...body }] } });
    expect(await put('/groups/vans/members/olga', body, { 'if-match': etag })).toMatchObject({ status: 412 });
    expect((await read('/me/groups', ana)).body['items']).toEqual([expect.objectContaining({
      groupId: 'vans', role: 'member', limits: body.limits, siteIds: ['ALC'], balanceMinor: null, members: null,
    })]);
    const removed = await client.call('/api/v1/groups/vans/members/ana', {
      method: 'DELETE', token: admin, headers: { 'if-match': added.headers.get('etag') ?? '' },
    });
    expect(removed).toMatchObject({ status: 200, body: { members: [] } });
    expect((await read('/me/groups', ana)).body['items']).toEqual([]);
  });
});

describe('money', () => {
  it('is booked, moved, shown and told as a statement; a refund of nothing is refused', async () => {
    await makeGroup();
    const before = (await read('/me/wallet', ana)).body as { balanceMinor: number };
    expect(await post('/users/ana/bookings', { amountMinor: 2_000, reason: 'cash', as: 'top-up' }))
      .toMatchObject({ status: 200 });
    const share = { from: 'wallet:user:ana', to: 'wallet:group:vans', amountMinor: 750, reason: 'share' };
    const moved = await client.post('/api/v1/transfers', share, admin, 'transfer-0001');
    expect(await client.post('/api/v1/transfers', share, admin, 'transfer-0001')).toMatchObject({ body: moved.body });
    const balanceMinor = before.balanceMinor + 2_000 - 750;
    expect((await read('/users/ana/wallet')).body).toMatchObject({ account: 'wallet:user:ana', balanceMinor });
    expect((await read('/groups/vans/wallet')).body).toMatchObject({ balanceMinor: 750, freeMinor: 750 });
    const { body } = await read(`/me/statements/${MONTH}?zone=UTC`, ana);
    expect(body['statements']).toEqual([expect.objectContaining({
      currency: 'EUR', lines: [
        expect.objectContaining({ kind: 'top-up', amountMinor: 2_000 }),
        expect.objectContaining({ amountMinor: -750, against: ['wallet:group:vans'] }),
      ],
    })]);
    expect((await read('/ledger?account=wallet:group:vans')).body['items']).toHaveLength(1);
    expect(await post('/tickets/nothing/refunds', { reason: 'mistake' })).toMatchObject({ status: 404 });
    expect(await read('/users/ana/wallet', ana)).toMatchObject({ status: 403 });
    expect(await read('/me/statements/2026-13', ana)).toMatchObject({ status: 400 });
  });

  it('of a month comes as a document and as a table; names and addresses for their owner and the office', async () => {
    const details = { policy: null, name: 'Ana Ruiz', address: ['Gran Vía 2'], vatId: null };
    const none = await read('/users/ana/billing');
    await put('/users/ana/billing', details, { 'if-match': none.headers.get('etag') ?? '' });
    await post('/users/ana/bookings', { amountMinor: 2_000, reason: 'cash', as: 'top-up' });
    const fetched = async (path: string, token: string): Promise<Response> =>
      fetch(`${client.base}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    const textOf = async (path: string, token: string): Promise<string> => {
      const answer = await fetched(path, token);
      expect(answer.headers.get('content-type')).toBe('application/pdf');
      return JSON.stringify(pdfPages(Buffer.from(await answer.arrayBuffer())));
    };
    const path = `/users/ana/statements/${MONTH}/document`;
    for (const [where, token] of [[`/me/statements/${MONTH}/document`, ana], [path, admin]] as const) {
      expect(await textOf(where, token)).toContain('Ana Ruiz');
    }
    const toOperator = await textOf(path, await client.tokenOf('olga'));
    expect(toOperator).not.toContain('Ana Ruiz');
    expect(toOperator).toContain('20.00 EUR');
    const table = await fetched(`${path}?format=csv&currency=EUR`, admin);
    expect(table.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(table.headers.get('content-disposition')).toBe(`attachment; filename="statement-ana-${MONTH}.csv"`);
    expect((await table.text()).split('\r\n').map((line) => line.split(',')[0]).join(' '))
      .toContain('line opening movement closing sum');
    expect(await read(`${path}?format=xml`)).toMatchObject({ status: 400 });
    expect(await read(path, ana)).toMatchObject({ status: 403 });
    expect(await read(`/users/nobody/statements/${MONTH}/document`)).toMatchObject({ status: 404 });
  });
});

describe('an invoice', () => {
  it('comes as data and as a document, to its payer and to the office alone', async () => {
    const number = 'INV-2025-000001';
    const { ticket } = sampleUninvoiced();
    const tables = emptyTables();
    tables.sessions.put(sampleSession({ state: 'completed', settled: true }));
    central.store.commit({
      tables, sends: [], offsets: [], outboxDone: [], now: START_MS,
      appends: [
        { kind: 'append', table: 'tickets', row: ticketIssued.schema.parse(ticketIssued.example).ticket },
        { kind: 'append', table: 'invoices', row: sampleInvoice({ number }) },
        { kind: 'append', table: 'invoice_tickets', row: { ...ticket, number, place: 1 } },
      ],
    });
    expect((await read('/me/invoices', ana)).body['items']).toEqual([expect.objectContaining({ number })]);
    expect((await read(`/me/invoices/${number}`, ana)).body).toMatchObject({
      number, tickets: [{ ticketId: ticket.ticketId, totalMinor: ticket.totalMinor }],
    });
    const answer = await fetch(`${client.base}/api/v1/invoices/${number}/document`,
      { headers: { authorization: `Bearer ${admin}` } });
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${number}.pdf"`);
    const pages = await pdfPages(Buffer.from(await answer.arrayBuffer()));
    expect(JSON.stringify(pages)).toContain(number);
    for (const path of [`/me/invoices/${number}`, `/me/invoices/${number}/document`]) {
      expect(await read(path, await client.tokenOf('olga'))).toMatchObject({ status: 404 });
    }
    expect(await read(`/invoices/${number}`, ana)).toMatchObject({ status: 403 });
  });

  it('names its payer as the office has put it', async () => {
    const none = await read('/users/ana/billing');
    expect(none.body).toMatchObject({ payer: 'wallet:user:ana', policy: null });
    const details = { policy: 'monthly', name: 'Ana Ruiz', address: ['Gran Vía 2'], vatId: null };
    const changed = await put('/users/ana/billing', details, { 'if-match': none.headers.get('etag') ?? '' });
    expect(changed).toMatchObject({ status: 200, body: details });
    expect((await read('/users/ana/billing')).body).toMatchObject(details);
  });
});

describe('the books', () => {
  it('are sound, and come as files', async () => {
    await post('/users/ana/bookings', { amountMinor: 2_000, reason: 'cash' });
    expect((await read('/invoices/verification')).body).toMatchObject({ outcome: 'sound', faults: [] });
    const ledger = (await read('/ledger/verification')).body;
    expect(ledger).toMatchObject({ movements: 1 });
    const audit = await read('/audit/export?format=jsonl');
    expect(audit.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = audit.text.trim().split('\n').map((line) => JSON.parse(line) as { action: string });
    expect(lines.map(({ action }) => action)).toEqual(expect.arrayContaining(['login-api', 'book']));
    const csv = await read('/ledger/export?userId=ana');
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(csv.text.split('\n')[0]).toContain('movement_id,at,kind');
    expect(csv.text).toContain('wallet:user:ana,2000');
    const { head } = (await read('/audit/verification')).body as { head: string };
    expect((await read(`/audit/verification?expect=${head}`)).body).toMatchObject({ outcome: 'sound' });
    const other = head.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    expect((await read(`/audit/verification?expect=${other}`)).body).toMatchObject({
      outcome: 'broken', faults: [{ kind: 'expected-differs' }],
    });
  });

  it('are looked through in a second thread where there is a file, one after the other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ev-books-'));
    const files = { database: join(folder, 'central.db'), masterKeyFile: join(folder, 'master.key') };
    const store = openStore({
      file: files.database, masterKeyFile: files.masterKeyFile, clock: systemClock, log: () => undefined,
    });
    const check = createBookChecks(files, store);
    const [first, second] = await Promise.all([check({ books: 'ledger' }), check({ books: 'ledger' })]);
    expect([first, second]).toEqual([{ outcome: 'sound', movements: 0, accounts: [], faults: [] }, null]);
    const db = openDatabase(files.database);
    db.exec("INSERT INTO movements (at_ms, kind, currency, reason, ordered_by) VALUES (1, 'top-up', 'EUR', '', 'eve')");
    db.close();
    expect(await check({ books: 'ledger' })).toMatchObject({
      outcome: 'broken', faults: [{ rule: 'two-sided', text: expect.stringContaining('movement 1') as string }],
    });
    store.close();
    await rm(folder, { recursive: true });
  });
});

describe('a price', () => {
  const session = {
    timeZone: 'Europe/Madrid', start: '2026-12-24T18:00:00+01:00',
    periods: [{ type: 'charging', minutes: 60, kWh: 10 }],
  };

  it('is told for any tariff and session, and for a charge at a point', async () => {
    const component = { type: 'ENERGY', price: 0.42, vat: 21, step_size: 1 };
    const tariff = { currency: 'EUR', elements: [{ price_components: [component] }] };
    const priced = await client.call('/api/v1/prices', { method: 'POST', token: admin, body: { tariff, session } });
    expect(priced).toMatchObject({ status: 200, body: { totalExclVat: '4.20', totalInclVat: '5.08' } });
    const estimate = await read('/points/ALC-01/estimate?energyWh=10000', ana);
    expect(estimate).toMatchObject({ status: 200, body: { pointId: 'ALC-01', energyWh: 10_000, currency: 'EUR' } });
    expect(await read('/points/ALC-01/estimate?connectorNo=9', ana)).toMatchObject({ status: 400 });
  });
});

describe('a second factor', () => {
  it('is enrolled and confirmed by its person, and goes for her password and a code alone', async () => {
    const own = (path: string, body: unknown): Promise<Reply> =>
      client.call(`/api/v1/me/second-factor/${path}`, { method: 'POST', token: ana, body });
    const made = await own('enrol', { password: PASSWORD });
    const secret = String(made.body['secret']);
    const recovery = made.body['recoveryCodes'] as string[];
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    expect(await own('confirm', { code: totp.generate({ timestamp: 1 }) })).toMatchObject({
      status: 409, body: { reason: 'code-wrong' },
    });
    expect(await own('confirm', { code: totp.generate() })).toMatchObject({ status: 200 });
    expect((await read('/me/second-factor', ana)).body).toEqual({
      enrolled: true, confirmed: true, recoveryCodesLeft: 10,
    });
    expect(await own('disable', { password: 'wrong' })).toMatchObject({
      status: 401, body: { reason: 'unknown-or-wrong' },
    });
    expect(await own('disable', { password: PASSWORD })).toMatchObject({
      status: 401, body: { reason: 'code-required' },
    });
    const renewed = await own('recovery-codes', { password: PASSWORD, code: recovery[0] });
    expect(renewed).toMatchObject({ status: 200 });
    const fresh = renewed.body['recoveryCodes'] as string[];
    expect(await own('disable', { password: PASSWORD, code: recovery[1] })).toMatchObject({ status: 401 });
    const open = (): number =>
      [...central.central.state.apiSessions.values()].filter((each) => each.revokedAtMs === null).length;
    const logIns = open();
    expect(await own('disable', { password: PASSWORD, code: fresh[0] })).toMatchObject({ status: 200 });
    expect(central.central.state.secondFactors.get(userId('ana'))).toBeUndefined();
    // Being asked again leaves no log-in behind.
    expect(open()).toBe(logIns);
  });

  it('of somebody else is an admin’s to take away', async () => {
    const by = (token: string): Promise<Reply> =>
      client.call('/api/v1/users/ana/second-factor/enrol', { method: 'POST', token, body: {} });
    expect(await by(await client.tokenOf('olga'))).toMatchObject({ status: 403 });
    expect(await by(admin)).toMatchObject({ status: 200 });
    expect((await read('/second-factors')).body['items']).toMatchObject([{ userId: 'ana', confirmed: false }]);
  });
});

describe('a topic', () => {
  it('is followed, opened, by whoever runs the network, and by so many at once', async () => {
    const ending = new AbortController();
    const answer = await fetch(`${client.base}/api/v1/topics/commands/stream`, {
      headers: { authorization: `Bearer ${admin}` }, signal: ending.signal,
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    ending.abort();
    expect(await read('/topics/commands/stream', ana)).toMatchObject({ status: 403 });
    expect(await read('/topics/nothing/stream')).toMatchObject({ status: 400 });
  });
});
