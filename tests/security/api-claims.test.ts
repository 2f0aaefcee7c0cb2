// A claim for charging at home over HTTP, from the draft to the payout; and what others may not do with it.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PASSWORD_HASH } from '../../ev-central/central-for-tests.ts';
import { sampleGroup, sampleUser } from '../../ev-central/store/sample-rows.ts';
import { groupId, userId } from '../../shared/ids.ts';
import { type ApiCentral, startApiCentral } from './api-client.ts';

let central: ApiCentral;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ev-claims-'));
  central = await startApiCentral({ file: join(folder, 'central.db') });
  const { state } = central.central;
  for (const id of ['ben', 'cat']) state.users.put(sampleUser({ userId: userId(id), passwordHash: PASSWORD_HASH }));
  state.groups.put(sampleGroup({
    groupId: groupId('vans'), balanceMinor: 0,
    members: [
      { userId: userId('ana'), role: 'member', paid: false, limits: null },
      { userId: userId('cat'), role: 'manager', paid: false, limits: null },
    ],
  }));
});

afterEach(async () => {
  await central.close();
  await rm(folder, { recursive: true, force: true });
});

it('is put, shown with its file, approved by who runs the group, and paid once', async () => {
  const { client } = central;
  const [ana, ben, cat, ada] = await Promise.all(['ana', 'ben', 'cat', 'ada'].map((who) => client.tokenOf(who)));
  const post = async (path: string, body: unknown, token = ana, key?: string) =>
    client.post(path, body, token ?? '', key);
  expect((await post('/api/v1/groups/vans/claim-terms', {
    rate: { minor: 2_875, perKwh: 100 }, meters: [{ userId: 'ana', meterId: 'home-ana' }],
  }, ada)).status).toBe(200);
  const toMs = Date.now() - 1_000;
  const body = {
    groupId: 'vans', meterId: 'home-ana',
    basis: { kind: 'registers', fromMs: toMs - 86_400_000, toMs, fromWh: 1_000, toWh: 26_300 },
  };
  const put = await post('/api/v1/claims', body, ana, 'claim-key-1');
  const [line] = put.body['lines'] as { what: string }[];
  const id = line?.what ?? '';
  const again = await post('/api/v1/claims', body, ana, 'claim-key-1');
  expect([put.status, again.text]).toEqual([200, put.text]);
  expect((await client.call(`/api/v1/claims/${id}`, { token: ben ?? '' })).status).toBe(404);
  const contentBase64 = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(1_000_000, 'x')]).toString('base64');
  const file = { reference: 'Bill 4711', mediaType: 'application/pdf', contentBase64 };
  expect((await post(`/api/v1/claims/${id}/evidence`, file, ben)).status).toBe(404);
  expect((await post(`/api/v1/claims/${id}/evidence`, { ...file, mediaType: 'image/png' })).status).toBe(400);
  const added = await post(`/api/v1/claims/${id}/evidence`, file);
  expect([added.status, added.text]).toEqual([200, added.text]);
  expect((await post(`/api/v1/claims/${id}/submit`, {})).status).toBe(200);
  const shown = await client.call(`/api/v1/claims/${id}`, { token: cat ?? '' });
  expect(shown.body).toMatchObject({ state: 'submitted', energyWh: 25_300, amountMinor: 727 });
  const [kept] = shown.body['evidence'] as { sha256: string }[];
  const read = await client.call(`/api/v1/claims/${id}/evidence/${kept?.sha256 ?? ''}`, { token: cat ?? '' });
  expect(read.body['contentBase64']).toBe(contentBase64);

  expect((await post(`/api/v1/claims/${id}/approve`, {})).body['detail'])
    .toBe('Nobody decides about a claim of her own.');
  expect((await post(`/api/v1/claims/${id}/approve`, {}, ben)).status).toBe(404);
  expect((await post(`/api/v1/claims/${id}/approve`, {}, cat)).status).toBe(200);
  expect((await post(`/api/v1/claims/${id}/pay`, {}, cat)).status).toBe(409);
  await central.central.order({
    kind: 'book-group', groupId: groupId('vans'), amountMinor: 1_000, reason: 'start',
  }, 'test');
  expect((await post(`/api/v1/claims/${id}/pay`, {}, cat, 'pay-key-01')).status).toBe(200);
  expect((await post(`/api/v1/claims/${id}/pay`, {}, cat, 'pay-key-01')).status).toBe(200);
  expect((await post(`/api/v1/claims/${id}/pay`, {}, cat)).status).toBe(409);
  expect(central.central.state.groups.must(groupId('vans')).balanceMinor).toBe(273);
  const hers = await client.call('/api/v1/me/claims', { token: ana ?? '' });
  expect(hers.body['items']).toMatchObject([{ claimId: id, state: 'paid', paidFrom: 'group' }]);
  expect((await client.call('/api/v1/me/claims', { token: ben ?? '' })).body['items']).toEqual([]);
  expect((await client.call('/api/v1/claims', { token: ben ?? '' })).status).toBe(403);
  expect(central.store.verifyLedger().faults.filter(({ rule }) => rule.includes('claim'))).toEqual([]);
});
