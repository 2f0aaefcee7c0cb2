// Reservations: free slots and calendar, booking, change, cancellation, check-in. Drivers handle their own, operators
// anybody's: whose it is, the core looks at.
import { z } from 'zod';
import { pointIdSchema, reservationIdSchema, siteIdSchema, userIdSchema } from '../../../shared/ids.ts';
import { LIMITS } from '../../../shared/limits.ts';
import {
  repeatSchema, type Reservation, reservationSchema, reservationSeriesSchema, reservationStateSchema,
  type ReservationWish, type ReservedPlace,
} from '../../../shared/messages/reservation.ts';
import {
  atMsSchema, connectorNoSchema, connectorTypeSchema, noteSchema, powerWSchema,
} from '../../../shared/messages/values.ts';
import { may } from '../../core/permissions.ts';
import { callerIn, edit, orderOnce } from '../asking.ts';
import { listOperation, sinceUntilShape } from '../lists.ts';
import { type Api, etagOf, named, operation, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';
import { outside, outsideSchema } from '../outside.ts';
import { Problem } from '../problem.ts';
import { orderAnswerSchema } from '../schemas.ts';

const AT_MS = 1_763_712_000_000;
const HOUR_MS = 3_600_000;
const FROM = '2025-11-21T08:00:00Z';
const TO = '2025-11-21T10:00:00Z';
const ONE = '/api/v1/reservations/{reservationId}';
const params = z.strictObject({ reservationId: reservationIdSchema });
const seriesParams = z.strictObject({ seriesId: reservationIdSchema });
const exampleParams = { reservationId: 'k7f2-140' };

const reservation = named('Reservation', outsideSchema(reservationSchema), outside({
  reservationId: 'k7f2-140', seriesId: null, fleetId: null, userId: 'ana', payer: 'wallet:user:ana', siteId: 'ALC',
  pointId: 'ALC-01', connectorNo: 1, beginsAtMs: AT_MS, endsAtMs: AT_MS + 2 * HOUR_MS, state: 'booked',
  stateSinceMs: AT_MS - 24 * HOUR_MS,
  bookedAtMs: AT_MS - 24 * HOUR_MS, currency: 'EUR', feeMinor: 500, holdMinor: 500, takenMinor: 0, ticketId: null,
  sessionId: null,
  terms: { tiers: [{ beforeMs: 24 * HOUR_MS, percent: 0 }], marginMs: 300_000, graceMs: 900_000, reminderMs: 900_000 },
  tariff: 'day#3', timeZone: 'Europe/Madrid', reminded: false, begun: false, dueMs: AT_MS - 900_000, why: '',
}));
const series = named('ReservationSeries', outsideSchema(reservationSeriesSchema), outside({
  seriesId: 'k7f2-139', userId: 'ana', siteId: 'ALC', pointId: 'ALC-01', connectorNo: 1, beginsAtMs: AT_MS,
  endsAtMs: AT_MS + 2 * HOUR_MS, repeat: { every: 'weekly', times: 10 }, timeZone: 'Europe/Madrid', state: 'active',
  made: 5, missed: [], dueMs: AT_MS + 24 * HOUR_MS,
}));
const slotShape = {
  siteId: siteIdSchema, pointId: pointIdSchema, connectorNo: connectorNoSchema, beginsAtMs: atMsSchema,
  endsAtMs: atMsSchema,
};
const slotExample = {
  siteId: 'ALC', pointId: 'ALC-01', connectorNo: 1, beginsAtMs: AT_MS, endsAtMs: AT_MS + 2 * HOUR_MS,
};
const freeSlot = named('FreeSlot', outsideSchema(z.object({
  ...slotShape, type: connectorTypeSchema, maxPowerW: powerWSchema,
})), outside({ ...slotExample, type: 'IEC_62196_T2', maxPowerW: 22_000 }));
const calendarEntry = named('CalendarEntry', outsideSchema(z.object({
  ...slotShape, state: reservationStateSchema, reservationId: reservationIdSchema.nullable(),
  userId: userIdSchema.nullable(), seriesId: reservationIdSchema.nullable(),
})), outside({ ...slotExample, state: 'booked', reservationId: null, userId: null, seriesId: null }));

const moment = z.iso.datetime({ offset: true });
const wishShape = {
  siteId: siteIdSchema.optional().describe('any connector of a site; or'),
  pointId: pointIdSchema.optional().describe('one point'),
  connectorNo: connectorNoSchema.optional().describe('of the point; left out: any'),
  connectorType: connectorTypeSchema.optional(), minPowerW: powerWSchema.optional(),
  userId: userIdSchema.optional().describe('left out: you; others only for operators'),
  from: moment, to: moment,
};
const wishBody = z.strictObject(wishShape);
type WishBody = z.output<typeof wishBody>;
const bookBody = named('ReservationBooking', z.strictObject({
  ...wishShape, repeat: repeatSchema.nullable().default(null).describe('null: once'),
}), { pointId: 'ALC-01', from: FROM, to: TO, repeat: null });
const bulkBody = named('ReservationBulk', z.strictObject({
  reservations: z.array(wishBody).min(1).max(LIMITS.reservationsInBulk),
}), { reservations: [{ siteId: 'ALC', userId: 'van1', from: FROM, to: TO }] });
const changeBody = named('ReservationChange', z.strictObject({
  pointId: pointIdSchema.optional().describe('left out: where it is'), connectorNo: connectorNoSchema.optional(),
  from: moment, to: moment,
}), { from: FROM, to: TO });
const cancelBody = named('ReservationCancel', z.strictObject({
  free: z.boolean().default(false).describe('for operators: nothing is taken'), note: noteSchema.default(''),
}), { free: false, note: '' });
const fleetCancelBody = named('FleetCancel', z.strictObject({
  preview: z.boolean().default(false).describe('nothing is done: only what it would come to is said'),
  free: z.boolean().default(false).describe('nothing is taken'), note: noteSchema.default(''),
}), { preview: true, free: false, note: '' });
const noteBody = named('ReservationSeriesCancel', z.strictObject({ note: noteSchema.default('') }), { note: '' });
const fleetParams = z.strictObject({ fleetId: reservationIdSchema });
const nothing = named('ReservationStep', z.strictObject({}), {});
const booked = { status: 200, what: 'It is booked; the lines name the reservations.', body: orderAnswerSchema };
const placeFilters = { siteId: siteIdSchema.optional(), pointId: pointIdSchema.optional() };
const filters = { ...placeFilters, state: reservationStateSchema.optional(), open: z.coerce.boolean().optional(),
  ...sinceUntilShape };

export const RESERVATION_OPERATIONS: readonly Operation[] = [
  listOperation({
    id: 'findFreeSlots', path: '/api/v1/free-slots', tag: 'points', permission: 'points:read', what: 'free-slots',
    summary: 'Free times of connectors that can be reserved', item: freeSlot, filters: {
      ...placeFilters, connectorType: connectorTypeSchema.optional(),
      minPowerW: z.coerce.number().int().nonnegative().optional(),
      lengthMs: z.coerce.number().int().positive().optional().describe('the shortest time that will do'),
      ...sinceUntilShape,
    },
  }),
  listOperation({
    id: 'getCalendar', path: '/api/v1/calendar', tag: 'sites', permission: 'points:read', what: 'calendar',
    summary: 'What is reserved at a site or a point', item: calendarEntry,
    description: 'Whose a reservation is, its owner and those who run the network see.',
    filters: { ...placeFilters, ...sinceUntilShape },
  }),
  listOperation({
    id: 'myReservations', path: '/api/v1/me/reservations', tag: 'me', permission: 'self:reserve',
    what: 'my-reservations', summary: 'Your reservations, newest first', item: reservation, filters,
  }),
  listOperation({
    id: 'listReservations', path: '/api/v1/reservations', tag: 'network', permission: 'reservations:read',
    what: 'reservations', summary: 'All reservations, newest first', item: reservation,
    filters: { ...filters, userId: userIdSchema.optional(), seriesId: reservationIdSchema.optional(),
      fleetId: reservationIdSchema.optional() },
  }),
  operation({
    id: 'bookReservation', method: 'POST', path: '/api/v1/reservations', tag: 'me', permission: 'self:reserve',
    summary: 'Reserves a connector from one moment to another', idempotent: true, body: bookBody,
    description: 'Its fee is held; it is let go when you charge, and when you cancel in time.',
    gives: ['book-reservation'], success: booked,
    async handle(ask, api) {
      const { repeat, ...wish } = ask.body;
      const { outcome, text, lines } = await orderOnce(api, ask, 'bookReservation', {
        kind: 'book-reservation', ...wishOf(wish, callerIn(ask).userId), repeat,
      });
      return { status: 200, body: { outcome, text, lines } };
    },
  }),
  operation({
    id: 'bookReservations', method: 'POST', path: '/api/v1/reservations/bulk', tag: 'network', idempotent: true,
    permission: 'reservations:write', summary: 'Reserves many connectors for a fleet: all of them or none',
    description: 'When some cannot be had, the answer has a line for each of them.', body: bulkBody,
    gives: ['book-reservations'], success: booked,
    async handle(ask, api) {
      const { userId } = callerIn(ask);
      const { outcome, text, lines } = await orderOnce(api, ask, 'bookReservations', {
        kind: 'book-reservations', wishes: ask.body.reservations.map((each) => wishOf(each, userId)),
      });
      return { status: 200, body: { outcome, text, lines } };
    },
  }),
  orderOperation({
    id: 'cancelFleet', path: '/api/v1/reservation-fleets/{fleetId}/cancel', tag: 'network',
    permission: 'reservations:write', params: fleetParams, exampleParams: { fleetId: 'k7f2-138' },
    summary: 'Cancels all that is still to come of a fleet\'s booking', body: fleetCancelBody,
    description: 'In one step, each on its terms; as a preview the answer says what would be given back and taken.',
    order: ({ fleetId }, { preview, free, note }) =>
      ({ kind: 'cancel-reservation-fleet', fleetId, preview, free, note }),
  }),
  operation({
    id: 'getReservation', method: 'GET', path: ONE, tag: 'me', permission: 'self:reserve', params, exampleParams,
    summary: 'One reservation', etag: true, success: { status: 200, what: 'The reservation.', body: reservation },
    handle(ask, api) {
      const row = hersOr404(api, ask, ask.params.reservationId);
      return { status: 200, body: outside(row), headers: { etag: etagOf(versionOf(row)) } };
    },
  }),
  operation({
    id: 'changeReservation', method: 'PUT', path: ONE, tag: 'me', permission: 'self:reserve', params, exampleParams,
    summary: 'Another time, or another connector', conditional: true, body: changeBody, gives: ['change-reservation'],
    success: { status: 200, what: 'The reservation as it is now.', body: reservation },
    async handle(ask, api) {
      const { reservationId } = ask.params;
      const { pointId, connectorNo = null, from, to } = ask.body;
      hersOr404(api, ask, reservationId);
      await edit(api, ask, {
        kind: 'change-reservation', reservationId, beginsAtMs: Date.parse(from), endsAtMs: Date.parse(to),
        place: pointId === undefined ? null : { kind: 'point', pointId, connectorNo },
      }, () => {
        const row = api.state.reservations.get(reservationId);
        return row === undefined ? undefined : versionOf(row);
      });
      const row = hersOr404(api, ask, reservationId);
      return { status: 200, body: outside(row), headers: { etag: etagOf(versionOf(row)) } };
    },
  }),
  orderOperation({
    id: 'cancelReservation', path: `${ONE}/cancel`, tag: 'me', permission: 'self:reserve', params, exampleParams,
    summary: 'Cancels a reservation', description: 'What it costs, its terms say: the nearer, the more of its fee.',
    body: cancelBody,
    order: ({ reservationId }, { free, note }) => ({ kind: 'cancel-reservation', reservationId, free, note }),
  }),
  orderOperation({
    id: 'checkIn', path: `${ONE}/check-in`, tag: 'me', permission: 'self:reserve', params, exampleParams,
    summary: 'Says that you are there', body: nothing,
    order: ({ reservationId }) => ({ kind: 'check-in', reservationId }),
  }),
  listOperation({
    id: 'myReservationSeries', path: '/api/v1/me/reservation-series', tag: 'me', permission: 'self:reserve',
    what: 'my-reservation-series', summary: 'Your recurring reservations', item: series,
  }),
  listOperation({
    id: 'listReservationSeries', path: '/api/v1/reservation-series', tag: 'network', permission: 'reservations:read',
    what: 'reservation-series', summary: 'All recurring reservations', item: series,
    filters: { userId: userIdSchema.optional() },
  }),
  orderOperation({
    id: 'cancelReservationSeries', path: '/api/v1/reservation-series/{seriesId}/cancel', tag: 'me',
    permission: 'self:reserve', params: seriesParams, exampleParams: { seriesId: 'k7f2-139' },
    summary: 'Ends a recurring reservation and cancels what is still to come of it', body: noteBody,
    order: ({ seriesId }, { note }) => ({ kind: 'cancel-reservation-series', seriesId, note }),
  }),
];

function wishOf(
  { siteId, pointId, connectorNo, connectorType, minPowerW, userId, from, to }: WishBody, caller: Reservation['userId'],
): ReservationWish {
  return {
    userId: userId ?? caller, place: placeOf({ siteId, pointId, connectorNo }),
    fit: { connectorType: connectorType ?? null, minPowerW: minPowerW ?? null },
    beginsAtMs: Date.parse(from), endsAtMs: Date.parse(to),
  };
}

function placeOf(
  { siteId, pointId, connectorNo }: Pick<WishBody, 'siteId' | 'pointId' | 'connectorNo'>,
): ReservedPlace {
  const isPoint = pointId !== undefined && siteId === undefined;
  if (isPoint) return { kind: 'point', pointId, connectorNo: connectorNo ?? null };
  if (siteId !== undefined && pointId === undefined && connectorNo === undefined) return { kind: 'site', siteId };
  throw new Problem('bad-request', 'Name one: a point (and its connector, if you like), or a site.');
}

/** What of a reservation an edit is about: the same whether it comes from memory or from the database. */
function versionOf(row: Reservation): readonly unknown[] {
  return [row.reservationId, row.state, row.siteId, row.pointId, row.connectorNo, row.beginsAtMs, row.endsAtMs];
}

function hersOr404(api: Api, ask: Parameters<typeof callerIn>[0], id: Reservation['reservationId']): Reservation {
  const { userId, role } = callerIn(ask);
  const row = api.state.reservations.get(id) ?? storedReservation(api, id);
  if (row !== undefined && (row.userId === userId || may(role, 'reservations.read'))) return row;
  throw new Problem('not-found', `There is no reservation ${id}.`);
}

function storedReservation(api: Api, reservationId: Reservation['reservationId']): Reservation | undefined {
  const page = api.read({ role: 'admin', userId: null },
    { what: 'reservations', filter: { reservationId }, after: null, limit: 1 });
  return page.rows[0] as Reservation | undefined;
}
