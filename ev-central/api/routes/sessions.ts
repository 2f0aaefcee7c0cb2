// Charges: start, stop, take back, follow; and what operators do with those of others.
import { z } from 'zod';
import { pointIdSchema, requestIdSchema, type SessionId, sessionIdSchema, siteIdSchema, userIdSchema,
} from '../../../shared/ids.ts';
import {
  connectorNoSchema, connectorTypeSchema, energyWhSchema, latitudeSchema, longitudeSchema, noteSchema, powerWSchema,
  sessionStateSchema, socPercentSchema,
} from '../../../shared/messages/values.ts';
import type { RequestAnswer } from '../../core/api-rows.ts';
import type { Session } from '../../core/rows.ts';
import { sessionRow } from '../../core/views.ts';
import { callerIn, request } from '../asking.ts';
import { listOperation, sinceUntilShape } from '../lists.ts';
import { type Answer, type Api, type Ask, named, operation, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { outside } from '../outside.ts';
import { mayDo } from '../permission.ts';
import { Problem } from '../problem.ts';
import { meterValueSchema, pageOf, sessionSchema, startedSchema, ticketRowSchema } from '../schemas.ts';

const params = z.strictObject({ sessionId: sessionIdSchema });
const exampleParams = { sessionId: 'k7f2-99' };
const PATH = '/api/v1/sessions/{sessionId}';

const target = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('point'), pointId: pointIdSchema, connectorNo: connectorNoSchema.nullable().default(null),
  }),
  z.strictObject({ kind: z.literal('site'), siteId: siteIdSchema }),
  z.strictObject({
    kind: z.literal('near'), latitude: latitudeSchema, longitude: longitudeSchema,
    radiusM: z.int().positive().max(200_000),
  }),
]);
const startBody = named('Start', z.strictObject({
  target,
  fit: z.strictObject({
    connectorType: connectorTypeSchema.nullable().default(null), minPowerW: powerWSchema.nullable().default(null),
  }).default({ connectorType: null, minPowerW: null }),
  goal: z.strictObject({
    energyWh: energyWhSchema.positive().nullable().default(null),
    amountMinor: z.int().positive().max(1_000_000_000_000).nullable().default(null),
    socPercent: socPercentSchema.nullable().default(null),
  }).default({ energyWh: null, amountMinor: null, socPercent: null }),
  mayQueue: z.boolean().default(false).describe('wait in the queue when nothing is free'),
}), {
  target: { kind: 'point', pointId: 'ALC-01', connectorNo: null },
  goal: { energyWh: 10_000, amountMinor: null, socPercent: null }, mayQueue: true,
});
const emptyBody = named('Empty', z.strictObject({}), {});
const noteBody = named('SessionNote', z.strictObject({ note: noteSchema.default('') }), { note: 'asked by telephone' });

const sessionFilters = {
  driverId: userIdSchema.optional(), siteId: siteIdSchema.optional(), pointId: pointIdSchema.optional(),
  state: sessionStateSchema.optional(), open: z.stringbool().optional(), ...sinceUntilShape,
};

export const SESSION_OPERATIONS: readonly Operation[] = [
  operation({
    id: 'startSession', method: 'POST', path: '/api/v1/sessions', tag: 'sessions', idempotent: true,
    summary: 'Asks for a charge', permission: 'self:charge', body: startBody,
    description: 'Accepted, or queued with a place; the reason in words when it is refused.',
    success: { status: 202, what: 'It is accepted or queued.', body: startedSchema },
    async handle(ask, api) {
      const answer = await request(api, ask, 'startSession', { type: 'charge', ...ask.body });
      return started(answer);
    },
  }),
  operation({
    id: 'stopSession', method: 'POST', path: `${PATH}/stop`, tag: 'sessions', idempotent: true,
    summary: 'Ends a charge of yours', permission: 'self:charge', params, exampleParams, body: emptyBody,
    success: { status: 202, what: 'It is being ended.', body: startedSchema },
    async handle(ask, api) {
      const { sessionId } = ask.params;
      insistOnOwn(api, ask, sessionId);
      return started(await request(api, ask, 'stopSession', { type: 'stop', sessionId }), sessionId);
    },
  }),
  operation({
    id: 'cancelSession', method: 'POST', path: `${PATH}/cancel`, tag: 'sessions', idempotent: true,
    summary: 'Takes a request for a charge back', permission: 'self:charge', params, exampleParams, body: emptyBody,
    description: 'Leaves the queue, gives up an offer, or ends what has begun.',
    success: { status: 202, what: 'It is taken back.', body: startedSchema },
    async handle(ask, api) {
      const session = insistOnOwn(api, ask, ask.params.sessionId);
      const cancels = requestIdSchema.parse(session.requestId);
      return started(await request(api, ask, 'cancelSession', { type: 'cancel', cancels }), session.sessionId);
    },
  }),
  listOperation({
    id: 'listSessions', path: '/api/v1/sessions', tag: 'sessions', summary: 'Lists charges, newest first',
    permission: 'sessions:read', what: 'sessions', item: sessionSchema, filters: sessionFilters,
  }),
  operation({
    id: 'getSession', method: 'GET', path: PATH, tag: 'sessions', summary: 'One charge, with its live figures',
    permission: 'self:read', params, exampleParams, success: { status: 200, what: 'The charge.', body: sessionSchema },
    handle(ask, api) {
      const session = insistOnSeen(api, ask, ask.params.sessionId);
      return { status: 200, body: outside(sessionRow(api.state, session, api.nowMs())) };
    },
  }),
  operation({
    id: 'streamSession', method: 'GET', path: `${PATH}/stream`, tag: 'sessions', events: true,
    summary: 'Follows a charge', permission: 'self:read', params, exampleParams,
    description: 'Server-sent events: `session` when its figures have changed, at most once a second, and `notice` '
      + 'with what its driver is told. Ends when the charge is over and its ticket is out.',
    success: { status: 200, what: 'Events.', body: sessionSchema },
    handle(ask, api) {
      const caller = callerIn(ask);
      const { sessionId, driverId } = insistOnSeen(api, ask, ask.params.sessionId);
      const sessions = new Set([sessionId]);
      return {
        status: 200,
        stream: ({ send, end }) => api.live.watch(() => ({
          caller, points: null, sessions, notices: driverId, allNotices: false, send, end, endsWithSessions: true,
        })),
      };
    },
  }),
  operation({
    id: 'sessionTickets', method: 'GET', path: `${PATH}/tickets`, tag: 'sessions',
    summary: 'The ticket of a charge, and its corrections', permission: 'self:read', params, exampleParams,
    success: { status: 200, what: 'All of them.', body: pageOf(ticketRowSchema) },
    handle(ask, api) {
      const { sessionId } = insistOnSeen(api, ask, ask.params.sessionId);
      return { status: 200, body: { items: api.ticketsOf(sessionId).map(outside), next: null } };
    },
  }),
  operation({
    id: 'sessionMeterValues', method: 'GET', path: `${PATH}/meter-values`, tag: 'sessions',
    summary: 'The stored meter values of a charge', permission: 'self:read', params, exampleParams,
    success: { status: 200, what: 'All of them.', body: pageOf(meterValueSchema) },
    handle(ask, api) {
      const { sessionId } = insistOnSeen(api, ask, ask.params.sessionId);
      const items = api.meterValues(sessionId).map(({ sample, registerWh, powerW, socPercent, atMs }) =>
        outside({ sample, registerWh, powerW, socPercent, atMs }));
      return { status: 200, body: { items, next: null } };
    },
  }),
  orderOperation({
    id: 'endSession', path: `${PATH}/end`, tag: 'sessions', permission: 'sessions:operate', params, exampleParams,
    summary: 'Ends a charge of anybody', body: noteBody,
    order: ({ sessionId }, body) => ({ kind: 'end-session', sessionId, ...body }),
  }),
  orderOperation({
    id: 'closeSession', path: `${PATH}/close`, tag: 'sessions', permission: 'sessions:operate', params, exampleParams,
    summary: 'Closes a charge that broke off at its last meter value', body: noteBody,
    order: ({ sessionId }, body) => ({ kind: 'close-session', sessionId, ...body }),
  }),
  orderOperation({
    id: 'leaveQueue', path: `${PATH}/leave-queue`, tag: 'sessions', permission: 'sessions:operate', params,
    exampleParams, summary: 'Takes a driver out of a queue', body: noteBody,
    order: ({ sessionId }, body) => ({ kind: 'leave-queue', sessionId, ...body }),
  }),
];

/** A charge of the caller's own, or of anybody for those who run the network. */
function insistOnSeen(api: Api, ask: Ask<unknown, unknown, unknown>, id: SessionId): Session {
  const { role, userId, scopes } = callerIn(ask);
  const session = api.state.sessions.get(id) ?? api.session(id);
  const all = mayDo(role, 'sessions:read') && (scopes === null || scopes.includes('sessions:read'));
  // Whose it is, is nobody else's business: it is as if there were none.
  if (session === undefined || (session.driverId !== userId && !all)) {
    throw new Problem('not-found', 'There is no such charge.', { reason: 'no-such-session' });
  }
  return session;
}

function insistOnOwn(api: Api, ask: Ask<unknown, unknown, unknown>, id: SessionId): Session {
  const session = insistOnSeen(api, ask, id);
  if (session.driverId === callerIn(ask).userId) return session;
  throw new Problem('forbidden', 'This charge belongs to somebody else.', { reason: 'not-yours' });
}

function started(answer: RequestAnswer, about: SessionId | null = null): Answer {
  const { kind: _kind, reason: _reason, facts: _facts, ...rest } = answer;
  const sessionId = answer.sessionId ?? about;
  if (sessionId === null) throw new Problem('refused', 'This request was answered before.', { reason: 'expired' });
  return {
    status: 202, body: { ...rest, sessionId, detail: detailOf(answer) },
    headers: { location: `/api/v1/sessions/${encodeURIComponent(sessionId)}` },
  };
}

function detailOf({ outcome, pointId, connectorNo, place }: RequestAnswer): string {
  switch (outcome) {
    case 'accepted': return `Accepted at ${pointId ?? ''}, connector ${connectorNo ?? ''}.`;
    case 'queued': return `Waiting at place ${place ?? ''}.`;
    default: return 'It is being carried out.';
  }
}

