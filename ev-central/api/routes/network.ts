// What operators look at: queue, log of events, orders to points, money, audit; and the health of Central itself.
import { z } from 'zod';
import { accountSchema } from '../../../shared/account.ts';
import {
  groupIdSchema, pointIdSchema, sessionIdSchema, siteIdSchema, ticketIdSchema, userIdSchema,
} from '../../../shared/ids.ts';
import { DEAD_LETTER_REASONS, EVENT_KINDS } from '../../../shared/messages/values.ts';
import { listOperation, sinceUntilShape } from '../lists.ts';
import { type Answer, type Api, named, operation, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { outside } from '../outside.ts';
import {
  auditSchema, commandSchema, deadLetterSchema, driverSchema, eventSchema, healthSchema, ledgerSchema, operativeShape,
  sessionSchema, statusSchema, ticketRowSchema,
} from '../schemas.ts';

const word = z.string().min(1).max(100);

export const NETWORK_OPERATIONS: readonly Operation[] = [
  listOperation({
    id: 'listQueue', path: '/api/v1/queue', tag: 'network', summary: 'Who waits, in order', permission: 'queue:read',
    what: 'queue', item: sessionSchema, filters: { siteId: siteIdSchema.optional() },
  }),
  listOperation({
    id: 'listDrivers', path: '/api/v1/drivers', tag: 'network', summary: 'Drivers on line', permission: 'network:read',
    what: 'drivers', item: driverSchema, description: 'On links of EV_Driver; log-ins over HTTP come and go.',
  }),
  listOperation({
    id: 'listCommands', path: '/api/v1/commands', tag: 'network', summary: 'Commands to points and their results',
    permission: 'network:read', what: 'commands', item: commandSchema,
    filters: {
      pointId: pointIdSchema.optional(), sessionId: sessionIdSchema.optional(), type: word.optional(),
      outcome: z.enum(['open', 'done', 'refused', 'timed-out']).optional(), ...sinceUntilShape,
    },
  }),
  listOperation({
    id: 'listEvents', path: '/api/v1/events', tag: 'network', summary: 'The event log, newest first',
    permission: 'network:read', what: 'events', item: eventSchema,
    filters: {
      kind: z.enum(EVENT_KINDS).optional(), siteId: siteIdSchema.optional(), pointId: pointIdSchema.optional(),
      sessionId: sessionIdSchema.optional(), driverId: userIdSchema.optional(), ...sinceUntilShape,
    },
  }),
  listOperation({
    id: 'listDeadLetters', path: '/api/v1/dead-letters', tag: 'network', permission: 'network:read',
    summary: 'What could not be decoded, opened or handled', what: 'dead-letters', item: deadLetterSchema,
    filters: { reason: z.enum(DEAD_LETTER_REASONS).optional(), claimedSender: word.optional(), ...sinceUntilShape },
  }),
  listOperation({
    id: 'listTickets', path: '/api/v1/tickets', tag: 'network', summary: 'Tickets of all drivers, newest first',
    permission: 'money:read', what: 'tickets', item: ticketRowSchema,
    filters: {
      driverId: userIdSchema.optional(), sessionId: sessionIdSchema.optional(), siteId: siteIdSchema.optional(),
      pointId: pointIdSchema.optional(), ticketId: ticketIdSchema.optional(), ...sinceUntilShape,
    },
  }),
  listOperation({
    id: 'listLedger', path: '/api/v1/ledger', tag: 'network', summary: 'What was booked, newest first',
    permission: 'money:read', what: 'ledger', item: ledgerSchema,
    filters: {
      userId: userIdSchema.optional(), groupId: groupIdSchema.optional(), account: accountSchema.optional(),
      sessionId: sessionIdSchema.optional(), ticketId: ticketIdSchema.optional(), kind: word.optional(),
      by: word.optional(), ...sinceUntilShape,
    },
  }),
  listOperation({
    id: 'listAudit', path: '/api/v1/audit', tag: 'network', summary: 'The audit log, newest first',
    permission: 'audit:read', what: 'audit', item: auditSchema,
    filters: {
      who: word.optional(), action: word.optional(), outcome: word.optional(), address: word.optional(),
      ...sinceUntilShape,
    },
  }),
  operation({
    id: 'status', method: 'GET', path: '/api/v1/status', tag: 'network', summary: 'Central in figures',
    permission: 'network:read', reads: ['status'], success: { status: 200, what: 'The figures.', body: statusSchema },
    handle(_ask, api) {
      const page = api.read({ role: 'operator', userId: null }, { what: 'status', filter: {}, after: null, limit: 1 });
      return { status: 200, body: outside(page.rows[0]) };
    },
  }),
  orderOperation({
    id: 'setAllOperative', path: '/api/v1/operative', tag: 'network', permission: 'points:run',
    params: z.strictObject({}), exampleParams: {},
    summary: 'Takes many points, or all, out of order, or back into service',
    body: named('AllOperative', z.strictObject({
      pointIds: z.array(pointIdSchema).min(1).max(1_000).nullable().default(null).describe('null: all points'),
      ...operativeShape,
    }), { pointIds: ['ALC-01'], operative: false, planned: true, note: 'new cable' }),
    order: (_none, { pointIds, ...rest }) => ({
      kind: 'set-operative', scope: pointIds === null ? { kind: 'all' } : { kind: 'points', pointIds }, ...rest,
    }),
  }),
  orderOperation({
    id: 'releaseLockout', path: '/api/v1/lockouts/release', tag: 'network', permission: 'people:operate',
    params: z.strictObject({}), exampleParams: {}, summary: 'Lets somebody who is locked out try again',
    body: named('Release', z.strictObject({ who: word.describe('such as user:ana or addr:10.0.0.7') }),
      { who: 'user:ana' }),
    order: (_none, body) => ({ kind: 'release-lockout', ...body }),
  }),
  operation({
    id: 'live', method: 'GET', path: '/health/live', tag: 'health', summary: 'Does the process answer?',
    permission: null, success: { status: 200, what: 'It does.', body: healthSchema },
    handle: (_ask, api) => ({ status: 200, body: health(api) }),
  }),
  operation({
    id: 'ready', method: 'GET', path: '/health/ready', tag: 'health', summary: 'Can charges be started now?',
    description: '503 while the message bus is down or too much waits.', permission: null, problems: ['unavailable'],
    success: { status: 200, what: 'They can.', body: healthSchema },
    handle: (_ask, api): Answer => {
      const body = health(api);
      return { status: body.status === 'ok' ? 200 : 503, body };
    },
  }),
];

type Health = { status: 'ok' | 'not-ready'; bus: 'up' | 'down'; overloaded: boolean };

function health({ state, isOver, isFull }: Api): Health {
  const overloaded = isFull() || state.outboxBacklog > state.settings.outboxBacklog;
  const ok = state.bus.up && !overloaded && !isOver();
  return { status: ok ? 'ok' : 'not-ready', bus: state.bus.up ? 'up' : 'down', overloaded };
}
