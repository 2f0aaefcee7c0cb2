// What the API sends, as schemas with names and examples. Rows that the tools read, too, are turned for outside; the
// others are made here.
import { z } from 'zod';
import { accessIdSchema, sessionIdSchema, tariffIdSchema, userIdSchema } from '../../shared/ids.ts';
import { noticeSchema } from '../../shared/messages/catalogue.ts';
import { ocpiTariffSchema } from '../../shared/messages/ocpi-tariff.ts';
import { pointRowSchema, siteRowSchema, userRowSchema } from '../../shared/messages/orders.ts';
import { pointOfferSchema, sessionRowSchema } from '../../shared/messages/rows.ts';
import { amountMinorSchema, atMsSchema, noteSchema, roleSchema, ticketSchema } from '../../shared/messages/values.ts';
import { currencySchema } from '../../shared/money.ts';
import { passwordSchema } from './account-schemas.ts';
import { type Named, named } from './operation.ts';
import { momentSchema, outside, outsideSchema } from './outside.ts';
import { PERMISSION_NAMES } from './permission.ts';

const AT_MS = 1_763_700_000_000;
const AT = new Date(AT_MS).toISOString();

/** A page of a list. */
export function pageOf(item: Named): Named {
  return named(`${item.name}Page`, z.object({
    items: z.array(item.schema), next: z.string().nullable().describe('the cursor of the next page; null: no more'),
  }), { items: [item.example], next: null });
}

/** In service or not: of a point, a site, or many. */
export const operativeShape = {
  operative: z.boolean(), note: noteSchema.default(''),
  planned: z.boolean().optional()
    .describe('out of service as planned, which counts as no outage; left out: a note that begins with "maintenance"'),
};

/** A row of a list whose fields are those of Central's log of it: more may come. */
function logged(name: string, shape: z.ZodRawShape, example: unknown): Named {
  return named(name, outsideSchema(z.looseObject(shape)), outside(example));
}

const offer = {
  pointId: 'ALC-01', siteId: 'ALC', place: 'Alicante, Gran Vía', address: 'Level -1', latitude: 38.345,
  longitude: -0.481, status: 'Available', sinceMs: AT_MS, why: '',
  connectors: [{ connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 22_000, status: 'Available' }],
  price: { perKwh: '0.5082', perHour: null, perParkingHour: '3.63', perSession: null }, currency: 'EUR', waiting: 0,
  distanceM: 120,
};
export const pointSchema = named('Point', outsideSchema(pointOfferSchema), outside(offer));
export const pointDetailSchema = named('PointDetail', outsideSchema(z.looseObject(pointOfferSchema.shape)),
  outside({ ...offer, distanceM: null }));

export const site = {
  siteId: 'ALC', name: 'Alicante, Gran Vía', address: 'Gran Vía 1', latitude: 38.345, longitude: -0.481,
  timeZone: 'Europe/Madrid', tariffId: 'day-night', queueEnabled: true,
};
export const siteSchema = named('Site', siteRowSchema, site);
export const siteBody = named('SiteEdit', z.strictObject(siteRowSchema.omit({ siteId: true }).shape),
  without(site, 'siteId'));

const ocpiTariff = {
  currency: 'EUR',
  elements: [{
    price_components: [
      { type: 'ENERGY', price: 0.42, vat: 21, step_size: 1 },
      { type: 'PARKING_TIME', price: 3, vat: 21, step_size: 60 },
    ],
  }],
};
export const tariffRowSchema = named('Tariff', outsideSchema(z.object({
  tariffId: tariffIdSchema,
  version: z.int().positive().describe('that holds now, or the newest'), versions: z.int().positive(),
  isValidNow: z.boolean(), putAtMs: atMsSchema, currency: currencySchema, prices: z.string().describe('in words'),
  validFrom: z.string().nullable(), validUntil: z.string().nullable(),
  ocpi: ocpiTariffSchema.describe('the version as OCPI 2.2.1 has it'),
})), outside({
  tariffId: 'day-night', version: 2, versions: 2, isValidNow: true, putAtMs: AT_MS, currency: 'EUR',
  prices: '0.42/kWh + VAT 21 %', validFrom: null, validUntil: null, ocpi: { ...ocpiTariff, id: 'day-night' },
}));
export const tariffBody = named('TariffEdit', ocpiTariffSchema, ocpiTariff);

const point = {
  pointId: 'ALC-01', siteId: 'ALC', address: 'Level -1', latitude: 38.345, longitude: -0.481,
  connectors: [{ connectorNo: 1, type: 'IEC_62196_T2', maxPowerW: 22_000 }],
};
export const pointBody = named('PointEdit', z.strictObject({
  ...pointRowSchema.omit({ pointId: true }).shape,
  newSecret: z.boolean().default(false).describe('make a new secret; a new point gets one in any case'),
}), { ...without(point, 'pointId'), newSecret: false });
export const pointSecretSchema = named('PointPut', z.object({
  outcome: z.literal('done'), text: z.string(),
  secret: z.string().nullable().describe('shown only now; the monitor of the point needs it'),
}), { outcome: 'done', text: 'point ALC-01 is registered at ALC', secret: null });

const user = {
  userId: 'ana', role: 'user', active: true, priorityClass: 'normal', currency: 'EUR',
  limits: { sessionsAtOnce: 1, maxPowerW: null, hours: null },
};
export const userSchema = named('User', z.object({
  ...userRowSchema.shape, balanceMinor: amountMinorSchema, heldMinor: amountMinorSchema,
  noticeNumber: z.int().nonnegative(), hasPassword: z.boolean(), hasPin: z.boolean(),
}), { ...user, balanceMinor: 5_000, heldMinor: 0, noticeNumber: 12, hasPassword: true, hasPin: false });
export const userBody = named('UserEdit', z.strictObject({
  ...userRowSchema.omit({ userId: true }).shape,
  password: passwordSchema.optional()
   .describe('left out: as it was; a new one ends her log-ins'),
  pin: z.string().regex(/^\d{4,12}$/, '4 to 12 digits').optional(),
}), { ...without(user, 'userId'), password: 'correct horse' });

const session = {
  sessionId: 'k7f2-99', requestId: 'api-3q2', corr: 'c-9fk2', driverId: 'ana', siteId: 'ALC', pointId: 'ALC-01',
  connectorNo: 1, state: 'charging', stateSinceMs: AT_MS, requestedAtMs: AT_MS, startedAtMs: AT_MS, endedAtMs: null,
  endReason: null, provisional: false, energyWh: 4_210, powerW: 11_000, socPercent: 41, costMinor: 212,
  holdMinor: 2_000, payer: 'wallet:user:ana', currency: 'EUR', place: null, estimatedWaitMs: null, plugByMs: null,
  flags: [],
};
export const sessionSchema = named('Session', outsideSchema(sessionRowSchema), outside(session));
export const startedSchema = named('StartAnswer', z.object({
  sessionId: sessionIdSchema, outcome: z.enum(['accepted', 'queued', 'taken']), detail: z.string(),
  pointId: z.string().nullable(), connectorNo: z.int().nullable(), holdMinor: amountMinorSchema.nullable(),
  currency: currencySchema.nullable(), place: z.int().nullable(), estimatedWaitMs: z.int().nullable(),
}), {
  sessionId: 'k7f2-99', outcome: 'accepted', detail: 'Accepted at ALC-01, connector 1.', pointId: 'ALC-01',
  connectorNo: 1, holdMinor: 2_000, currency: 'EUR', place: null, estimatedWaitMs: null,
});

const ticket = {
  ticketId: 'k7f2-120', sessionId: 'k7f2-99', kind: 'final', corrects: null, driverId: 'ana', siteId: 'ALC',
  pointId: 'ALC-01', connectorNo: 1, tariffId: 'day-night', startedAtMs: AT_MS, endedAtMs: AT_MS + 3_600_000,
  issuedAtMs: AT_MS + 3_600_000, meterStartWh: 1_000, meterStopWh: 11_000, energyWh: 10_000, endReason: 'driver',
  lines: [{
    kind: 'ENERGY', reservation: false, element: 0, component: 0, quantity: 10_000, billed: 10_000, unitPrice: '0.42',
    vatPercent: '21', exclVatMicros: 4_200_000, inclVatMicros: 5_082_000, fromMs: AT_MS, toMs: AT_MS + 3_600_000,
  }],
  currency: 'EUR', totalMinor: 508, vat: [{ rate: '21', netMinor: 420, vatMinor: 88 }], flags: [],
};
export const ticketRowSchema = named('Ticket', outsideSchema(ticketSchema), outside(ticket));

export const noticeRowSchema = named('Notice', outsideSchema(noticeSchema), outside({
  v: 1, id: 'k7f2-101', atMs: AT_MS, corr: 'c-9fk2', type: 'accepted', number: 11, driverId: 'ana',
  requestId: 'api-3q2', sessionId: 'k7f2-99', pointId: 'ALC-01', connectorNo: 1, holdMinor: 2_000, currency: 'EUR',
  freeUntilMs: null,
}));

export const meterValueSchema = named('MeterValue', z.object({
  sample: z.int(), registerWh: z.int(), powerW: z.int(), socPercent: z.int().nullable(), at: momentSchema,
}), { sample: 60, registerWh: 1_183, powerW: 11_000, socPercent: 41, at: AT });

export const orderAnswerSchema = named('OrderAnswer', z.object({
  outcome: z.literal('done'), text: z.string().describe('what was done, in words'),
  lines: z.array(z.object({ what: z.string(), outcome: z.string() })),
}), { outcome: 'done', text: 'session k7f2-99 is being ended', lines: [] });

export const meSchema = named('Me', z.object({
  userId: userIdSchema, role: roleSchema, currency: currencySchema, balanceMinor: amountMinorSchema,
  heldMinor: amountMinorSchema, limits: userRowSchema.shape.limits, openSessions: z.array(sessionIdSchema),
  lastNotice: z.int().nonnegative(), permissions: z.array(z.enum(PERMISSION_NAMES)),
}), {
  userId: 'ana', role: 'user', currency: 'EUR', balanceMinor: 5_000, heldMinor: 2_000, limits: user.limits,
  openSessions: ['k7f2-99'], lastNotice: 12, permissions: ['points:read', 'self:charge'],
});

export const tokensSchema = named('Tokens', z.object({
  tokenType: z.literal('Bearer'), accessToken: z.string(), expiresAt: momentSchema,
  refreshToken: z.string().describe('good for one refresh; used twice, it ends the log-in'),
  sessionId: accessIdSchema,
}), {
  tokenType: 'Bearer', accessToken: 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln', expiresAt: AT,
  refreshToken: 'k7f2-7.c2VjcmV0.Y29kZQ', sessionId: 'k7f2-7',
});
export const loginBody = named('Login', z.strictObject({
  userId: userIdSchema, password: z.string().min(1).max(200),
  code: z.string().min(1).max(64).optional().describe('of the authenticator, or a recovery code'),
}), { userId: 'ana', password: 'correct horse' });
export const refreshBody = named('Refresh', z.strictObject({ refreshToken: z.string().min(1).max(300) }),
  { refreshToken: 'k7f2-7.c2VjcmV0.Y29kZQ' });
export const accessSchema = named('LogIn', z.object({
  sessionId: accessIdSchema, createdAt: momentSchema, usedAt: momentSchema, expiresAt: momentSchema,
  revokedAt: momentSchema.nullable(), address: z.string(), agent: z.string(), isThis: z.boolean(),
}), {
  sessionId: 'k7f2-7', createdAt: AT, usedAt: AT, expiresAt: AT, revokedAt: null, address: '127.0.0.1',
  agent: 'curl/8.5', isThis: true,
});
export const scopesSchema = z.array(z.enum(PERMISSION_NAMES)).min(1).max(PERMISSION_NAMES.length);
export const keySchema = named('ApiKey', z.object({
  keyId: accessIdSchema, name: z.string(), scopes: z.array(z.string()), createdAt: momentSchema,
  expiresAt: momentSchema.nullable(), revokedAt: momentSchema.nullable(),
}), { keyId: 'k7f2-8', name: 'dashboard', scopes: ['points:read'], createdAt: AT, expiresAt: null, revokedAt: null });
export const keyBody = named('ApiKeyNew', z.strictObject({
  name: z.string().min(1).max(80), scopes: scopesSchema,
  expiresInDays: z.int().min(1).max(3_650).nullable().default(null),
}), { name: 'dashboard', scopes: ['points:read'], expiresInDays: 365 });
export const newKeySchema = named('ApiKeyMade', z.object({
  keyId: accessIdSchema, key: z.string().describe('shown only now; send it as X-API-Key'), name: z.string(),
}), { keyId: 'k7f2-8', key: 'evk.k7f2-8.c2VjcmV0', name: 'dashboard' });

export const ledgerSchema = logged('LedgerMovement', {
  movementId: z.int(), atMs: z.int(), kind: z.string(), currency: currencySchema, reason: z.string(), by: z.string(),
  sessionId: z.string().nullable(), ticketId: z.string().nullable(),
  postings: z.array(z.object({
    account: z.string(), amountMinor: z.int(),
    balanceMinor: z.int().nullable().describe('what a wallet held afterwards'),
  })).describe('they add up to 0'),
}, {
  movementId: 12, atMs: AT_MS, kind: 'top-up', currency: 'EUR', reason: 'cash', by: 'olga', sessionId: null,
  ticketId: null,
  postings: [
    { account: 'wallet:user:ana', amountMinor: 5_000, balanceMinor: 5_000 },
    { account: 'cash', amountMinor: -5_000, balanceMinor: null },
  ],
});
export const auditSchema = logged('AuditEntry', {
  atMs: z.int(), who: z.string(), address: z.string(), action: z.string(), outcome: z.string(),
}, {
  atMs: AT_MS, who: 'olga', address: '127.0.0.1', action: 'login-api', outcome: 'done', parameters: {},
});
export const eventSchema = logged('NetworkEvent', {
  atMs: z.int(), kind: z.string(), siteId: z.string(), corr: z.string(), data: z.unknown(),
}, {
  atMs: AT_MS, kind: 'point-status', siteId: 'ALC', pointId: 'ALC-01', sessionId: null, driverId: null,
  corr: 'point-ALC-01', messageId: 'k7f2-50', data: { status: 'Available' },
});
export const deadLetterSchema = logged('DeadLetter', {
  atMs: z.int(), source: z.string(), reason: z.string(), detail: z.string(), claimedSender: z.string(),
}, {
  atMs: AT_MS, source: 'facts/3', reason: 'malformed', detail: 'no JSON', claimedSender: 'ALC-01',
  messageId: 'k7f2-51', corr: 'dead', headers: {}, payloadBase64: '',
});
export const commandSchema = logged('Command', {
  pointId: z.string(), number: z.int(), type: z.string(), sentAtMs: z.int(), deadlineMs: z.int(),
  outcome: z.string(),
}, {
  pointId: 'ALC-01', number: 7, type: 'unlock', sessionId: null, sentAtMs: AT_MS, deadlineMs: AT_MS + 10_000,
  outcome: 'done', reason: null,
});
export const driverSchema = logged('DriverOnLine', { userId: z.string(), address: z.string(), sinceMs: z.int() },
  { userId: 'ana', address: '127.0.0.1', sinceMs: AT_MS });
export const statusSchema = logged('Status', {}, { sites: 1, points: 2, bus: 'up' });
export const healthSchema = named('Health', z.object({
  status: z.enum(['ok', 'not-ready']), bus: z.enum(['up', 'down']), overloaded: z.boolean(),
}), { status: 'ok', bus: 'up', overloaded: false });

function without(row: Readonly<Record<string, unknown>>, name: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).filter(([each]) => each !== name));
}
