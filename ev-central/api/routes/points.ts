// Charge points: search, detail, changes of status as they happen, commands and the registry.
import { z } from 'zod';
import { pointIdSchema, reservationIdSchema, siteIdSchema } from '../../../shared/ids.ts';
import {
  CONNECTOR_TYPES, type Connector, connectorNoSchema, latitudeSchema, longitudeSchema, noteSchema, pointStatusSchema,
  powerWSchema,
} from '../../../shared/messages/values.ts';
import { estimateRowSchema } from '../../../shared/messages/rows.ts';
import { hashSecret, SECRET_BYTES, secretText } from '../../../shared/point-proof.ts';
import { connectorStatus, pointStatus } from '../../core/point-status.ts';
import type { ChargePoint } from '../../core/rows.ts';
import { choosePoints, pointOffer } from '../../core/views.ts';
import { callerIn, edit } from '../asking.ts';
import { pagingShape } from '../lists.ts';
import { type Api, etagOf, named, operation, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { outside, outsideOffer, outsideSchema } from '../outside.ts';
import { Problem } from '../problem.ts';
import {
  operativeShape, orderAnswerSchema, pageOf, pointBody, pointDetailSchema, pointSchema, pointSecretSchema,
} from '../schemas.ts';

const params = z.strictObject({ pointId: pointIdSchema });
const exampleParams = { pointId: 'ALC-01' };
const PATH = '/api/v1/points/{pointId}';
const noteBody = named('Note', z.strictObject({ note: noteSchema.default('') }), { note: 'seen on site' });

const searchQuery = z.strictObject({
  siteId: siteIdSchema.optional(),
  text: z.string().min(1).max(100).optional().describe('in the id, the name of the site or the address'),
  latitude: z.coerce.number().pipe(latitudeSchema).optional(),
  longitude: z.coerce.number().pipe(longitudeSchema).optional(),
  radiusM: z.coerce.number().int().min(1).max(200_000).default(10_000),
  connectorType: z.enum(CONNECTOR_TYPES).optional(),
  minPowerW: z.coerce.number().int().min(0).max(10_000_000).optional(),
  status: pointStatusSchema.optional(),
  available: z.stringbool().optional().describe('true: a connector that fits is free now'),
  ...pagingShape,
});

const estimateQuery = z.strictObject({
  connectorNo: z.coerce.number().pipe(connectorNoSchema).optional().describe('without it the first one'),
  energyWh: z.coerce.number().int().min(1).max(10_000_000).optional().describe('without it 20,000'),
  powerW: z.coerce.number().int().min(1).max(10_000_000).optional().describe('without it the most of the connector'),
  parkingMs: z.coerce.number().int().min(0).max(31 * 24 * 3_600_000).optional()
    .describe('plugged in without charging afterwards'),
  reservationId: reservationIdSchema.optional().describe('in this reservation, with what it costs'),
  from: z.iso.datetime({ offset: true }).optional().describe('in a slot that might be reserved; needs `to`'),
  to: z.iso.datetime({ offset: true }).optional(),
});
const estimateSchema = named('Estimate', outsideSchema(estimateRowSchema), outside({
  pointId: 'ALC-01', connectorNo: 1, tariffId: 'day-night', version: 2, startMs: 1_763_700_000_000,
  timeZone: 'Europe/Madrid', energyWh: 20_000, powerW: 22_000, chargingMs: 3_272_727, parkingMs: 0, currency: 'EUR',
  totalMinor: 1_016, lines: [], vat: [{ rate: '21', netMinor: 840, vatMinor: 176 }],
}));

export const POINT_OPERATIONS: readonly Operation[] = [
  operation({
    id: 'findPoints', method: 'GET', path: '/api/v1/points', tag: 'points', summary: 'Finds charge points',
    description: 'By position (nearest first), site, words, connector, power and whether something is free now.',
    permission: 'points:read', query: searchQuery,
    success: { status: 200, what: 'A page.', body: pageOf(pointSchema) },
    handle: ({ query }, api) => ({ status: 200, body: find(api, query) }),
  }),
  operation({
    id: 'streamPoints', method: 'GET', path: '/api/v1/points/stream', tag: 'points', events: true,
    summary: 'Follows the status of points', permission: 'points:read',
    description: 'Server-sent events: `point` with a whole row, whenever one has changed, at most once a second.',
    query: z.strictObject({ siteId: siteIdSchema.optional(), pointId: pointIdSchema.optional() }),
    success: { status: 200, what: 'Events.', body: pointSchema },
    handle(ask, api) {
      const caller = callerIn(ask);
      const { siteId = null, pointId = null } = ask.query;
      return {
        status: 200,
        stream: ({ send, end }) => api.live.watch(() => ({
          caller, points: { siteId, pointId }, sessions: new Set(), notices: null, allNotices: false, send, end,
          endsWithSessions: false,
        })),
      };
    },
  }),
  operation({
    id: 'getPoint', method: 'GET', path: PATH, tag: 'points', summary: 'One point',
    description: 'For people who run the network with everything that Central knows of it. The ETag is that of what '
      + 'the registry holds.',
    permission: 'points:read', params, exampleParams, etag: true, reads: ['points'],
    success: { status: 200, what: 'The point.', body: pointDetailSchema },
    handle(ask, api) {
      const { pointId } = ask.params;
      const caller = callerIn(ask);
      if (api.state.points.get(pointId) === undefined) throw noPoint(pointId);
      const page = api.read(caller, { what: 'points', filter: { pointId }, after: null, limit: 1 });
      const etag = etagOfPoint(api, pointId);
      return { status: 200, body: outside(page.rows[0]), headers: { etag } };
    },
  }),
  operation({
    id: 'estimateCharge', method: 'GET', path: `${PATH}/estimate`, tag: 'points', permission: 'points:read', params,
    exampleParams, summary: 'What a charge would cost you at a point: now, or in a slot', query: estimateQuery,
    reads: ['estimate'], description: 'With what was assumed, how long the connector is free, and what a reservation '
      + 'costs. Nothing is held, and nothing is promised.',
    success: { status: 200, what: 'The estimate.', body: estimateSchema },
    handle(ask, api) {
      const { pointId } = ask.params;
      if (api.state.points.get(pointId) === undefined) throw noPoint(pointId);
      const { from, to, ...figures } = ask.query;
      const filter = {
        pointId, ...withoutUndefined(figures), ...(from === undefined ? {} : { sinceMs: Date.parse(from) }),
        ...(to === undefined ? {} : { untilMs: Date.parse(to) }),
      };
      const page = api.read(callerIn(ask), { what: 'estimate', filter, after: null, limit: 1 });
      if (page.error !== null) throw new Problem('bad-request', `There is no estimate: ${page.error}.`);
      return { status: 200, body: outside(page.rows[0]) };
    },
  }),
  operation({
    id: 'putPoint', method: 'PUT', path: PATH, tag: 'points', conditional: true,
    summary: 'Registers a point or changes it', permission: 'registry:write', params, exampleParams, body: pointBody,
    gives: ['put-point'],
    success: { status: 200, what: 'It is registered.', body: pointSecretSchema },
    async handle(ask, api) {
      const { newSecret, ...row } = ask.body;
      const { pointId } = ask.params;
      const isNew = api.state.points.get(pointId) === undefined;
      const secret = newSecret || isNew ? api.randomBytes(SECRET_BYTES) : null;
      const { text } = await edit(api, ask, {
        kind: 'put-point', point: { ...row, pointId },
        secretSha256: secret === null ? null : hashSecret(secret).toString('base64'),
      }, () => registered(api, pointId));
      return {
        status: 200, headers: { etag: etagOf(registered(api, pointId)), 'cache-control': 'no-store' },
        body: { outcome: 'done', text, secret: secret === null ? null : secretText(secret) },
      };
    },
  }),
  operation({
    id: 'removePoint', method: 'DELETE', path: PATH, tag: 'points', conditional: true,
    summary: 'Removes a point without open sessions', permission: 'registry:write', params, exampleParams,
    gives: ['remove-point'],
    success: { status: 200, what: 'It is gone.', body: orderAnswerSchema },
    async handle(ask, api) {
      const { pointId } = ask.params;
      if (api.state.points.get(pointId) === undefined) throw noPoint(pointId);
      return { status: 200, body: answer(await edit(api, ask, { kind: 'remove-point', pointId },
        () => registered(api, pointId))) };
    },
  }),
  orderOperation({
    id: 'setPointOperative', path: `${PATH}/operative`, tag: 'points', permission: 'points:run', params, exampleParams,
    summary: 'Takes a point out of order, or back into service',
    body: named('Operative', z.strictObject(operativeShape),
      { operative: false, note: 'new cable', planned: true }),
    order: ({ pointId }, body) => ({ kind: 'set-operative', scope: { kind: 'points', pointIds: [pointId] }, ...body }),
  }),
  orderOperation({
    id: 'limitPower', path: `${PATH}/power-limit`, tag: 'points', permission: 'points:run', params, exampleParams,
    summary: 'Limits the power of a point or of a connector',
    body: named('PowerLimit', z.strictObject({
      connectorNo: connectorNoSchema.nullable().default(null),
      limitW: powerWSchema.max(10_000_000).nullable().describe('null: no limit any more'),
    }), { connectorNo: 1, limitW: 7_400 }),
    order: ({ pointId }, body) => ({ kind: 'set-power-limit', pointId, ...body }),
  }),
  orderOperation({
    id: 'resetPoint', path: `${PATH}/reset`, tag: 'points', permission: 'points:run', params, exampleParams,
    summary: 'Resets a point',
    body: named('Reset', z.strictObject({ how: z.enum(['soft', 'hard']).default('soft') }), { how: 'soft' }),
    order: ({ pointId }, body) => ({ kind: 'reset-point', pointId, ...body }),
  }),
  orderOperation({
    id: 'unlockConnector', path: `${PATH}/unlock`, tag: 'points', permission: 'points:run', params, exampleParams,
    summary: 'Unlocks a connector',
    body: named('Unlock', z.strictObject({ connectorNo: connectorNoSchema }), { connectorNo: 1 }),
    order: ({ pointId }, body) => ({ kind: 'unlock-connector', pointId, ...body }),
  }),
  orderOperation({
    id: 'revokePointKey', path: `${PATH}/revoke-key`, tag: 'points', permission: 'points:operate', params,
    exampleParams, summary: 'Revokes the key of a point', body: noteBody,
    description: 'Its charges are closed at the last meter value and disputed.',
    order: ({ pointId }, body) => ({ kind: 'revoke-point-key', pointId, ...body }),
  }),
  orderOperation({
    id: 'revokePoint', path: `${PATH}/revoke`, tag: 'points', permission: 'points:revoke', params, exampleParams,
    summary: 'Voids the secret of a point', body: noteBody,
    order: ({ pointId }, body) => ({ kind: 'revoke-point', pointId, ...body }),
  }),
  orderOperation({
    id: 'unbarPoint', path: `${PATH}/unbar`, tag: 'points', permission: 'points:operate', params, exampleParams,
    summary: 'Lets a barred point authenticate again', body: noteBody,
    order: ({ pointId }, body) => ({ kind: 'unbar-point', pointId, ...body }),
  }),
];

/** Points that one page looks at; with few hits it is short, and its cursor leads on. */
const MOST_LOOKED_AT = 2_000;

type Search = z.output<typeof searchQuery>;

/** A page of the search. Whether something is free is looked at while the page is filled, and rows are made last. */
function find({ state, nowMs }: Api, search: Search): { items: unknown[]; next: string | null } {
  const { latitude, longitude, radiusM, limit, cursor, status, available, ...rest } = search;
  if ((latitude === undefined) !== (longitude === undefined)) {
    throw new Problem('bad-request', 'Give latitude and longitude, or neither.',
      { errors: [{ path: 'query.longitude', message: 'latitude and longitude belong together' }] });
  }
  const near = latitude === undefined || longitude === undefined ? undefined : { latitude, longitude, radiusM };
  const ids = choosePoints(state, { ...withoutUndefined(rest), ...(near === undefined ? {} : { near }) });
  const from = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isSafeInteger(from) || from < 0) throw new Problem('bad-request', 'The cursor is none of this list.');
  const now = nowMs();
  const items: unknown[] = [];
  const until = Math.min(ids.length, from + MOST_LOOKED_AT);
  let at = from;
  for (; at < until && items.length < limit; at += 1) {
    const id = ids[at];
    if (id === undefined) break;
    const point = state.points.must(id);
    if (status !== undefined && pointStatus(state, id).status !== status) continue;
    if (available !== undefined && isFree(state, point, rest) !== available) continue;
    items.push(outsideOffer(pointOffer(state, point, now, near)));
  }
  return { items, next: at < ids.length ? String(at) : null };
}

/** Is a connector that fits free now? Most that are not have a session: that is looked at first, and costs least. */
function isFree(state: Api['state'], { pointId, connectors }: ChargePoint, wanted: Partial<Search>): boolean {
  if (state.sessionIndex.heldAt(pointId) >= connectors.length) return false;
  return connectors.some((each) => fits(each, wanted)
    && state.sessionIndex.atConnector(pointId, each.connectorNo) === undefined
    && connectorStatus(state, pointId, each.connectorNo).status === 'Available');
}

function fits(connector: Connector, { connectorType, minPowerW }: Partial<Search>): boolean {
  return (connectorType === undefined || connector.type === connectorType)
    && (minPowerW === undefined || connector.maxPowerW >= minPowerW);
}

type Known<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(row: T): Partial<Known<T>> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as Partial<Known<T>>;
}

/** What the registry holds of a point: not its secret. */
function registered({ state }: Api, pointId: z.output<typeof pointIdSchema>): unknown {
  const point = state.points.get(pointId);
  if (point === undefined) return undefined;
  const { secretSha256: _secret, ...row } = point;
  return row;
}

/** Rows are values: what was reckoned of one holds as long as it is there. */
const etags = new WeakMap<ChargePoint, string>();

function etagOfPoint(api: Api, pointId: z.output<typeof pointIdSchema>): string {
  const point = api.state.points.must(pointId);
  const etag = etags.get(point) ?? etagOf(registered(api, pointId));
  etags.set(point, etag);
  return etag;
}

function noPoint(pointId: string): Problem {
  return new Problem('not-found', `There is no point ${pointId}.`, { reason: 'point-unknown' });
}

function answer({ outcome, text, lines }: { outcome: string; text: string; lines: unknown }): unknown {
  return { outcome, text, lines };
}
