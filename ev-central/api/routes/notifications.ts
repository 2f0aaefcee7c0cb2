// How people are told of things outside the network's terminals: what each chooses herself, what staff sets for others,
// whom a service may write to, and the announcement of maintenance.
import { z } from 'zod';
import { siteIdSchema, userIdSchema } from '../../../shared/ids.ts';
import {
  contactSchema, notificationKindSchema, notificationPreferencesSchema,
} from '../../../shared/messages/notification.ts';
import { preferencesOf } from '../../core/contacts.ts';
import { callerIn, edit } from '../asking.ts';
import { listOperation } from '../lists.ts';
import { etagOf, named, operation, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { Problem } from '../problem.ts';

const MY = '/api/v1/me/notification-preferences';
const OF = '/api/v1/users/{userId}/notification-preferences';
const push = {
  subscriptionId: 'phone', endpoint: 'https://updates.push.services.mozilla.com/wpush/v2/abc',
  p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  auth: 'BTBZMqHH6r4Tts7J_aSIgg',
};
const example = {
  phone: '+34600111222', chat: null, quietHours: { fromMinute: 1_320, toMinute: 420 },
  channels: { 'charge-started': ['push'], 'low-balance': [] }, sites: [], allSites: false, push: [push],
};
const out = named('NotificationPreferences', notificationPreferencesSchema, example);
const body = named('NotificationPreferencesEdit', z.strictObject(notificationPreferencesSchema.shape), example);
const contact = named('NotificationContact', contactSchema, {
  userId: 'ana', language: 'es', timeZone: 'Europe/Madrid', quietHours: null, email: 'ana@example.org', phone: null,
  chat: null, push: [],
});
const moment = z.iso.datetime({ offset: true });
const user = { params: z.strictObject({ userId: userIdSchema }), exampleParams: { userId: 'ana' } };

export const NOTIFICATION_OPERATIONS: readonly Operation[] = [
  operation({
    id: 'myNotificationPreferences', method: 'GET', path: MY, tag: 'me', permission: 'self:access',
    reads: ['my-notification-preferences'],
    summary: 'What you are told of outside this network, and over which channels',
    description: 'Kinds that `channels` does not name go over their usual channels; an empty list is silence. In '
      + '`quietHours`, minutes of your day, only what is urgent comes. Notices in the app are `/me/notices`.',
    success: { status: 200, what: 'Your choice.', body: out },
    handle(ask, { state }) {
      const mine = preferencesOf(state, callerIn(ask).userId);
      return { status: 200, body: mine, headers: { etag: etagOf(mine) } };
    },
  }),
  operation({
    id: 'putMyNotificationPreferences', method: 'PUT', path: MY, tag: 'me', permission: 'self:access',
    summary: 'Changes what you are told of, and how', body, conditional: true,
    success: { status: 200, what: 'Your choice as it is now.', body: out },
    async handle(ask, api) {
      const { userId } = callerIn(ask);
      const order = { kind: 'put-notification-preferences', userId, preferences: ask.body } as const;
      await edit(api, ask, order, () => preferencesOf(api.state, userId));
      const mine = preferencesOf(api.state, userId);
      return { status: 200, body: mine, headers: { etag: etagOf(mine) } };
    },
  }),
  operation({
    ...user, id: 'getNotificationPreferencesOf', method: 'GET', path: OF, tag: 'users', permission: 'people:read',
    summary: 'What a person is told of, and how', success: { status: 200, what: 'Her choice.', body: out },
    problems: ['not-found'],
    handle(ask, { state }) {
      const { userId } = ask.params;
      if (state.users.get(userId) === undefined) throw new Problem('not-found', `There is no user ${userId}.`);
      return { status: 200, body: preferencesOf(state, userId) };
    },
  }),
  orderOperation({
    ...user, id: 'putNotificationPreferencesOf', path: OF, tag: 'users', permission: 'people:profile', body,
    summary: 'Changes what a person is told of, and how',
    order: ({ userId }, preferences) => ({ kind: 'put-notification-preferences', userId, preferences }),
  }),
  listOperation({
    id: 'listNotificationContacts', path: '/api/v1/notification-contacts', tag: 'users', permission: 'people:read',
    what: 'notification-contacts', item: contact,
    summary: 'Who is told of a kind, and where: people by id, staff who follow a site, or both',
    filters: {
      kind: notificationKindSchema.default('charge-complete'), users: z.string().max(30_000).optional(),
      siteId: siteIdSchema.optional(),
    },
  }),
  orderOperation({
    id: 'planMaintenance', path: '/api/v1/sites/{siteId}/maintenance', tag: 'sites', permission: 'points:run',
    params: z.strictObject({ siteId: siteIdSchema }), exampleParams: { siteId: 'ALC' },
    summary: 'Announces maintenance to the staff of a site and to those who charge, wait or have reserved there',
    body: named('Maintenance', z.strictObject({ from: moment, to: moment, note: z.string().max(300).default('') }), {
      from: '2099-01-01T08:00:00Z', to: '2099-01-01T12:00:00Z', note: 'new cables',
    }),
    order: ({ siteId }, { from, to, note }) => ({
      kind: 'plan-maintenance', siteId, fromMs: Date.parse(from), toMs: Date.parse(to), note,
    }),
  }),
];
