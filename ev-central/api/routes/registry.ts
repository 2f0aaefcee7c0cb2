// Sites, tariffs and users: lists, single ones with their version, edits that name the version that they change.
import { z } from 'zod';
import { siteIdSchema, tariffIdSchema, userIdSchema } from '../../../shared/ids.ts';
import { amountMinorSchema, noteSchema, roleSchema } from '../../../shared/messages/values.ts';
import type { Order } from '../../../shared/messages/orders.ts';
import type { User } from '../../core/rows.ts';
import { newestVersion } from '../../core/tariffs.ts';
import { tariffRow } from '../../core/views.ts';
import { edit } from '../asking.ts';
import { listOperation } from '../lists.ts';
import { type Api, etagOf, type Named, named, operation, type Operation, type Tag } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import type { Permission } from '../permission.ts';
import { outside } from '../outside.ts';
import { Problem } from '../problem.ts';
import {
  orderAnswerSchema, siteBody, siteSchema, tariffBody, tariffRowSchema, userBody, userSchema,
} from '../schemas.ts';

const siteParams = z.strictObject({ siteId: siteIdSchema });
const tariffParams = z.strictObject({ tariffId: tariffIdSchema });
const userParams = z.strictObject({ userId: userIdSchema });
const SITE = '/api/v1/sites/{siteId}';
const USER = '/api/v1/users/{userId}';

const sites = editable({
  noun: 'Site', path: SITE, tag: 'sites', reads: 'sites:read', writes: 'registry:write', params: siteParams,
  exampleParams: { siteId: 'ALC' }, item: siteSchema, body: siteBody,
  row: ({ state }, { siteId }) => state.sites.get(siteId), shown: (row) => row,
  put: ({ siteId }, body) => ({ kind: 'put-site', site: { ...body, siteId } }),
  remove: ({ siteId }) => ({ kind: 'remove-site', siteId }),
});

const tariffs = editable({
  noun: 'Tariff', path: '/api/v1/tariffs/{tariffId}', tag: 'tariffs', reads: 'registry:read', writes: 'registry:write',
  params: tariffParams, exampleParams: { tariffId: 'day-night' }, item: tariffRowSchema, body: tariffBody,
  row: ({ state }, { tariffId }) =>
    (state.tariffs.get(tariffId)?.active === true ? newestVersion(state, tariffId) : undefined),
  shown: (_row, { state, nowMs }, { tariffId }) => outside(tariffRow(state, tariffId, nowMs())),
  put({ tariffId }, { id, ...ocpi }) {
    if (typeof id !== 'string' || id === tariffId) return { kind: 'put-tariff', tariff: { ...ocpi, id: tariffId } };
    throw new Problem('bad-request', `The body is the tariff ${id}, the address is that of ${tariffId}.`,
      { errors: [{ path: 'body.id', message: 'must be the id in the address, or left out' }] });
  },
  remove: ({ tariffId }) => ({ kind: 'remove-tariff', tariffId }),
});

const users = editable({
  noun: 'User', path: USER, tag: 'users', reads: 'registry:read', writes: 'people:write', params: userParams,
  exampleParams: { userId: 'ana' }, item: userSchema, body: userBody,
  row: ({ state }, { userId }) => {
    const user = state.users.get(userId);
    return user === undefined ? undefined : edited(user);
  },
  shown: (_row, { state }, { userId }) => shownUser(state.users.must(userId)),
  async put({ userId }, { password, pin, ...row }, { hashPassword }) {
    const [passwordHash = null, pinHash = null] = await Promise.all(
      [password, pin].map((secret) => (secret === undefined ? null : hashPassword(secret))));
    return { kind: 'put-user', user: { ...row, userId }, passwordHash, pinHash };
  },
  remove: ({ userId }) => ({ kind: 'remove-user', userId }),
});

export const REGISTRY_OPERATIONS: readonly Operation[] = [
  listOperation({
    id: 'listSites', path: '/api/v1/sites', tag: 'sites', summary: 'Lists sites', permission: 'sites:read',
    what: 'sites', item: siteSchema,
  }),
  ...sites,
  orderOperation({
    id: 'setSiteOperative', path: `${SITE}/operative`, tag: 'sites', permission: 'points:run', params: siteParams,
    exampleParams: { siteId: 'ALC' }, summary: 'Takes all points of a site out of order, or back into service',
    body: named('SiteOperative', z.strictObject({ operative: z.boolean(), note: noteSchema.default('') }),
      { operative: true, note: '' }),
    order: ({ siteId }, body) => ({ kind: 'set-operative', scope: { kind: 'site', siteId }, ...body }),
  }),
  listOperation({
    id: 'listTariffs', path: '/api/v1/tariffs', tag: 'tariffs', summary: 'Lists tariffs', permission: 'registry:read',
    what: 'tariffs', item: tariffRowSchema,
  }),
  ...tariffs,
  listOperation({
    id: 'listUsers', path: '/api/v1/users', tag: 'users', summary: 'Lists users', permission: 'registry:read',
    what: 'users', item: userSchema, filters: { role: roleSchema.optional() },
  }),
  ...users,
  orderOperation({
    id: 'bookOnAccount', path: `${USER}/bookings`, tag: 'users', permission: 'money:write', params: userParams,
    exampleParams: { userId: 'ana' }, summary: 'Books an amount on an account',
    body: named('Booking', z.strictObject({
      amountMinor: amountMinorSchema.min(-1_000_000_000_000).max(1_000_000_000_000),
      reason: noteSchema.min(1),
    }), { amountMinor: 5_000, reason: 'cash' }),
    order: ({ userId }, body) => ({ kind: 'book', userId, ...body }),
  }),
  orderOperation({
    id: 'revokeUserKeys', path: `${USER}/revoke-keys`, tag: 'users', permission: 'people:operate', params: userParams,
    exampleParams: { userId: 'ana' }, summary: 'Ends all log-ins and keys of a user',
    description: 'What has not begun is taken back; what charges goes on.',
    body: named('RevokeKeys', z.strictObject({ note: noteSchema.default('') }), { note: 'telephone stolen' }),
    order: ({ userId }, body) => ({ kind: 'revoke-user-keys', userId, ...body }),
  }),
];

type Editable<P extends z.ZodObject, B extends z.ZodType, R> = {
  noun: string; path: string; tag: Tag; reads: Permission; writes: Permission; params: P;
  exampleParams: Readonly<Record<string, string>>; item: Named; body: Named<B>;
  /** What is edited, and so what the ETag is of. */
  row: (api: Api, params: z.output<P>) => R | undefined;
  shown: (row: R, api: Api, params: z.output<P>) => unknown;
  put: (params: z.output<P>, body: z.output<B>, api: Api) => Order | Promise<Order>;
  remove: (params: z.output<P>) => Order;
};

/** Read, put and remove of one kind. */
function editable<P extends z.ZodObject, B extends z.ZodType, R>(kind: Editable<P, B, R>): Operation[] {
  const { noun, path, tag, reads, writes, params, exampleParams, item, body, row, shown, put, remove } = kind;
  const name = noun.toLowerCase();
  const known = (api: Api, of: z.output<P>): R => {
    const found = row(api, of);
    if (found === undefined) throw new Problem('not-found', `There is no ${name} ${String(Object.values(of)[0])}.`);
    return found;
  };
  return [
    operation<P>({
      id: `get${noun}`, method: 'GET', path, tag, summary: `One ${name}`, permission: reads, params, exampleParams,
      success: { status: 200, what: `The ${name}.`, body: item },
      handle(ask, api) {
        const of = ask.params as z.output<P>;
        const found = known(api, of);
        return { status: 200, body: shown(found, api, of), headers: { etag: etagOf(found) } };
      },
    }),
    operation<P, null, Named<B>>({
      id: `put${noun}`, method: 'PUT', path, tag, summary: `Makes a ${name} or changes it`, permission: writes,
      params, exampleParams, body, conditional: true,
      success: { status: 200, what: `The ${name} as it is now.`, body: item },
      async handle(ask, api) {
        const of = ask.params as z.output<P>;
        await edit(api, ask, await put(of, ask.body, api), () => row(api, of));
        const now = known(api, of);
        return { status: 200, body: shown(now, api, of), headers: { etag: etagOf(now) } };
      },
    }),
    operation<P>({
      id: `remove${noun}`, method: 'DELETE', path, tag, summary: `Removes a ${name} that is not in use`,
      permission: writes, params, exampleParams, conditional: true,
      success: { status: 200, what: 'It is gone.', body: orderAnswerSchema },
      async handle(ask, api) {
        const of = ask.params as z.output<P>;
        known(api, of);
        const { outcome, text, lines } = await edit(api, ask, remove(of), () => row(api, of));
        return { status: 200, body: { outcome, text, lines } };
      },
    }),
  ];
}

/** What an edit of a user changes: neither her money nor her notices, which move by themselves. */
function edited({ userId, role, active, priorityClass, limits, currency, passwordHash, pinHash }: User): object {
  return { userId, role, active, priorityClass, limits, currency, passwordHash, pinHash };
}

function shownUser(user: User): object {
  const { passwordHash, pinHash, readingKeyId: _key, ...row } = user;
  return { ...row, hasPassword: passwordHash !== null, hasPin: pinHash !== null };
}
