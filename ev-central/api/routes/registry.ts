// Sites, tariffs and users: lists, single ones with their version, edits that name the version that they change.
import { z } from 'zod';
import { siteIdSchema, tariffIdSchema, userIdSchema } from '../../../shared/ids.ts';
import { noteSchema, roleSchema } from '../../../shared/messages/values.ts';
import type { User } from '../../core/rows.ts';
import { newestVersion } from '../../core/tariffs.ts';
import { tariffRow } from '../../core/views.ts';
import { editable } from '../editable.ts';
import { listOperation } from '../lists.ts';
import { named, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { outside } from '../outside.ts';
import { Problem } from '../problem.ts';
import {
  operativeShape, siteBody, siteSchema, tariffBody, tariffRowSchema, userBody, userSchema,
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
  remove: ({ siteId }) => ({ kind: 'remove-site', siteId }), gives: ['put-site', 'remove-site'],
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
  remove: ({ tariffId }) => ({ kind: 'remove-tariff', tariffId }), gives: ['put-tariff', 'remove-tariff'],
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
  remove: ({ userId }) => ({ kind: 'remove-user', userId }), gives: ['put-user', 'remove-user'],
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
    body: named('SiteOperative', z.strictObject(operativeShape),
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
    id: 'revokeUserKeys', path: `${USER}/revoke-keys`, tag: 'users', permission: 'people:operate', params: userParams,
    exampleParams: { userId: 'ana' }, summary: 'Ends all log-ins and keys of a user',
    description: 'What has not begun is taken back; what charges goes on.',
    body: named('RevokeKeys', z.strictObject({ note: noteSchema.default('') }), { note: 'telephone stolen' }),
    order: ({ userId }, body) => ({ kind: 'revoke-user-keys', userId, ...body }),
  }),
];

/** What an edit of a user changes: neither her money nor her notices, which move by themselves. */
function edited({ userId, role, active, priorityClass, limits, currency, passwordHash, pinHash }: User): object {
  return { userId, role, active, priorityClass, limits, currency, passwordHash, pinHash };
}

function shownUser(user: User): object {
  const { passwordHash, pinHash, readingKeyId: _key, ...row } = user;
  return { ...row, hasPassword: passwordHash !== null, hasPin: pinHash !== null };
}
