import { expect, test } from 'vitest';
import { z } from 'zod';
import { correlationId, siteId, userId } from '../../shared/ids.ts';
import { editable } from './editable.ts';
import { type Api, type Ask, etagOf, named } from './operation.ts';

const ROW = { siteId: siteId('ALC'), name: 'Alicante' };

/** A kind of thing whose edit counts what was made ready for it. */
function counting() {
  let made = 0;
  const [, put] = editable({
    noun: 'Site', path: '/api/v1/sites/{siteId}', tag: 'sites', reads: 'sites:read', writes: 'registry:write',
    params: z.strictObject({ siteId: z.string() }), exampleParams: { siteId: 'ALC' },
    gives: ['put-site', 'remove-site'], row: () => ROW, shown: (row) => row,
    item: named('Site', z.object({}), {}), body: named('SiteBody', z.object({}), {}),
    put() {
      made += 1;
      return { kind: 'remove-site', siteId: siteId('ALC') };
    },
    remove: () => ({ kind: 'remove-site', siteId: siteId('ALC') }),
  });
  if (put === undefined) throw new Error('there is no PUT');
  const edit = async (version: string): Promise<unknown> => put.handle({
    params: { siteId: 'ALC' }, query: null, body: {}, address: '', agent: '', requestId: correlationId('c-1'),
    caller: { userId: userId('ada'), role: 'admin', accessId: 'a' as never, by: 'token', scopes: null },
    header: (name) => (name === 'if-match' ? version : undefined),
  } satisfies Ask<unknown, unknown, unknown>, API);
  return { edit, made: () => made };
}

const API = {
  isFull: () => false, isOver: () => false, randomBytes: (count: number) => Buffer.alloc(count),
  ask: () => Promise.resolve({ type: 'order-result', outcome: 'done', text: 'done', lines: [] }),
} as unknown as Api;

test('an edit of a version that is not there any more is refused before anything is made ready for it', async () => {
  const { edit, made } = counting();
  await expect(edit('"old"')).rejects.toMatchObject({ code: 'stale' });
  expect(made()).toBe(0);
  await edit(etagOf(ROW));
  expect(made()).toBe(1);
});
