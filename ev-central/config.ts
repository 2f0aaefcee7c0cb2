// The settings of EV_Central. The plain arguments are the practice's: listening port, broker, database.
import { z } from 'zod';
import { commonSettings } from '../shared/common-settings.ts';
import { type ConfigOf, flagSchema, setting, wholeNumberSchema } from '../shared/config.ts';
import { LIMITS } from '../shared/limits.ts';
import { type Role, ROLES, roleSchema } from '../shared/messages/values.ts';
import { type CancelTier, cancelTierSchema } from '../shared/messages/reservation.ts';
import type { PaymentRule } from './core/payment-rules.ts';
import { DEFAULT_SETTINGS, type Settings } from './core/settings.ts';

const text = z.string().min(1);
const folder = text.describe('folder');
const minutes = (max: number) => z.coerce.number().positive().max(max).describe('minutes');
const seconds = (max: number) => z.coerce.number().positive().max(max).describe('seconds');
const minutesOr0 = (max: number) => z.coerce.number().min(0).max(max).describe('minutes');
/** `24:0,1:50`: from 24 hours before on nothing, from 1 hour before on half. */
const tiersSchema = z.string()
  .refine((text) => tiersOf(text) !== null, 'use hours:percent,… from the most hours down, such as 24:0,1:50')
  .describe('hours:percent,…');
const days = z.coerce.number().min(1).max(36_500).describe('days');
const count = z.coerce.number().int().positive().describe('number');

const rolesSchema = z.string()
  .refine((list) => roleList(list).every((role) => roleSchema.safeParse(role).success), `use ${ROLES.join(', ')}`)
  .describe('role,…');

/** `3,14,30`, each later than the one before. */
const dunningSchema = z.string().refine((given) => given.trim() === 'off' || isDunning(daysOf(given)),
  'must be off, or at most 10 numbers of days, each larger than the one before, such as 3,14,30')
  .describe('days,…|off');

const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

export const CENTRAL_SETTINGS = {
  port: setting({
    flag: 'port', env: 'EV_CENTRAL_PORT', schema: wholeNumberSchema.max(65_535), default: 7_010, argument: 0,
    describe: 'port for monitors, drivers and tools; 0 takes a free one',
  }),
  brokers: setting({
    flag: 'kafka-brokers', env: 'KAFKA_BROKERS', schema: text.describe('host:port,…'), default: '127.0.0.1:9092',
    argument: 1, describe: 'the Kafka brokers',
  }),
  database: setting({
    flag: 'database', env: 'EV_CENTRAL_DATABASE', schema: text.nullable().describe('file'), default: null, argument: 2,
    describe: 'the SQLite file; without it central.db in the data folder',
  }),
  masterKeyFile: setting({
    flag: 'master-key-file', env: 'EV_CENTRAL_MASTER_KEY_FILE', schema: text.nullable().describe('file'), default: null,
    describe: 'the key that wraps stored keys and the secrets of points; without it master.key in the data folder',
  }),
  host: setting({
    flag: 'host', env: 'EV_CENTRAL_HOST', schema: text.describe('address'), default: '127.0.0.1',
    describe: 'address to listen on; 0.0.0.0 for all of this machine',
  }),
  dataDir: setting({
    flag: 'data-dir', env: 'EV_CENTRAL_DATA_DIR', schema: folder, default: 'var/central',
    describe: 'where the database, its key and the token of local tools are',
  }),
  tls: setting({
    flag: 'tls', env: 'EV_CENTRAL_TLS', schema: flagSchema, default: false, boolean: true,
    describe: 'TLS on the loopback too; off the loopback it is always on, unless --insecure',
  }),
  tlsDir: setting({
    flag: 'tls-dir', env: 'EV_CENTRAL_TLS_DIR', schema: folder, default: 'var/tls',
    describe: 'certificates; a development authority is made there on first use',
  }),
  insecure: setting({
    flag: 'insecure', env: 'EV_CENTRAL_INSECURE', schema: flagSchema, default: false, boolean: true,
    describe: 'plain TCP off the loopback: anybody on the network can read passwords and keys',
  }),
  apiPort: setting({
    flag: 'api-port', env: 'EV_CENTRAL_API_PORT', default: 7_070,
    schema: z.union([z.literal('off'), wholeNumberSchema.max(65_535)]).describe('number|off'),
    describe: 'port of the REST API; 0 takes a free one, off turns it off',
  }),
  apiHost: setting({
    flag: 'api-host', env: 'EV_CENTRAL_API_HOST', schema: text.describe('address'), default: '127.0.0.1',
    describe: 'address of the REST API; off the loopback with TLS, as --host',
  }),
  apiCors: setting({
    flag: 'api-cors', env: 'EV_CENTRAL_API_CORS', default: '',
    schema: z.string().refine((given) => originsOf(given).every(isOrigin), 'must be origins such as https://app.example')
      .describe('origins'),
    describe: 'origins whose pages may call the REST API, with commas between',
  }),
  apiAccessLife: setting({
    flag: 'api-access-life', env: 'EV_CENTRAL_API_ACCESS_LIFE', schema: minutes(1_440), default: 10,
    describe: 'how long an access token of the REST API holds',
  }),
  apiRefreshLife: setting({
    flag: 'api-refresh-life', env: 'EV_CENTRAL_API_REFRESH_LIFE', schema: days, default: 30,
    describe: 'how long a log-in over the REST API can be refreshed',
  }),
  apiTokenRate: setting({
    flag: 'api-token-rate', env: 'EV_CENTRAL_API_TOKEN_RATE', schema: count, default: 600,
    describe: 'requests a minute of one token or key',
  }),
  apiAddressRate: setting({
    flag: 'api-address-rate', env: 'EV_CENTRAL_API_ADDRESS_RATE', schema: count, default: 1_200,
    describe: 'requests a minute from one address',
  }),
  topicPrefix: setting({
    flag: 'topic-prefix', env: 'EV_TOPIC_PREFIX', default: DEFAULT_SETTINGS.topicPrefix,
    schema: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,60}$/, 'letters, digits, ".", "_" and "-"'),
    describe: 'begins the names of the topics, so that several networks can share a cluster',
  }),
  partitions: setting({
    flag: 'partitions', env: 'EV_CENTRAL_PARTITIONS', schema: count.max(1_000), default: LIMITS.partitions,
    describe: 'partitions of each topic, set when the topics are made',
  }),
  replication: setting({
    flag: 'replication', env: 'EV_CENTRAL_REPLICATION', schema: count.max(10), default: 1,
    describe: 'copies of each record that the cluster keeps, set when the topics are made',
  }),
  supervise: setting({
    flag: 'supervise', env: 'EV_CENTRAL_SUPERVISE', schema: flagSchema, default: false, boolean: true,
    describe: 'start it again, with pauses, when it ends by a failure that a new start may heal',
  }),
  plugTimeout: setting({
    flag: 'plug-timeout', env: 'EV_CENTRAL_PLUG_TIMEOUT', schema: seconds(86_400),
    default: DEFAULT_SETTINGS.plugTimeoutMs / SECOND_MS,
    describe: 'time to plug in after an authorization or an offer',
  }),
  commandTimeout: setting({
    flag: 'command-timeout', env: 'EV_CENTRAL_COMMAND_TIMEOUT', schema: seconds(3_600),
    default: DEFAULT_SETTINGS.commandTimeoutMs / SECOND_MS, describe: 'time for a point to answer a command',
  }),
  provisional: setting({
    flag: 'provisional', env: 'EV_CENTRAL_PROVISIONAL', schema: minutes(100_000),
    default: DEFAULT_SETTINGS.provisionalMs / MINUTE_MS,
    describe: 'time after which an interrupted charge without a report becomes final',
  }),
  monitorLoss: setting({
    flag: 'monitor-loss', env: 'EV_CENTRAL_MONITOR_LOSS', schema: z.enum(['finish', 'stop']).describe('finish|stop'),
    default: DEFAULT_SETTINGS.monitorLossPolicy, describe: 'what a running charge does when its monitor is lost',
  }),
  hold: setting({
    flag: 'hold', env: 'EV_CENTRAL_HOLD', schema: count, default: DEFAULT_SETTINGS.defaultHoldMinor,
    describe: 'the hold for a charge without a goal in money, in minor units (cents)',
  }),
  pointKeyLife: setting({
    flag: 'point-key-life', env: 'EV_CENTRAL_POINT_KEY_LIFE', schema: minutes(1_000_000),
    default: DEFAULT_SETTINGS.pointKeyLifeMs / MINUTE_MS, describe: 'how long a point may start charges with one key',
  }),
  loginKeyLife: setting({
    flag: 'login-key-life', env: 'EV_CENTRAL_LOGIN_KEY_LIFE', schema: minutes(1_000_000),
    default: DEFAULT_SETTINGS.loginKeyLifeMs / MINUTE_MS, describe: 'how long the key of a log-in holds',
  }),
  lockoutUser: setting({
    flag: 'lockout-user', env: 'EV_CENTRAL_LOCKOUT_USER', schema: count,
    default: DEFAULT_SETTINGS.lockoutFailuresUser, describe: 'wrong passwords that lock a user out',
  }),
  lockoutAddress: setting({
    flag: 'lockout-address', env: 'EV_CENTRAL_LOCKOUT_ADDRESS', schema: count,
    default: DEFAULT_SETTINGS.lockoutFailuresAddress, describe: 'wrong passwords that lock an address out',
  }),
  lockoutPoint: setting({
    flag: 'lockout-point', env: 'EV_CENTRAL_LOCKOUT_POINT', schema: count,
    default: DEFAULT_SETTINGS.lockoutFailuresPoint, describe: 'wrong PINs at a point, of any drivers, that lock it out',
  }),
  lockoutWindow: setting({
    flag: 'lockout-window', env: 'EV_CENTRAL_LOCKOUT_WINDOW', schema: minutes(10_000),
    default: DEFAULT_SETTINGS.lockoutWindowMs / MINUTE_MS, describe: 'in which they are counted',
  }),
  lockout: setting({
    flag: 'lockout', env: 'EV_CENTRAL_LOCKOUT', schema: minutes(10_000),
    default: DEFAULT_SETTINGS.lockoutMs / MINUTE_MS, describe: 'for which it is locked out',
  }),
  requireSecondFactor: setting({
    flag: 'require-second-factor', env: 'EV_CENTRAL_REQUIRE_SECOND_FACTOR', schema: rolesSchema, default: '',
    describe: 'roles that are let in only with one-time codes; the token of this machine serves without',
  }),
  smtpUrl: setting({
    flag: 'smtp-url', env: 'EV_CENTRAL_SMTP_URL', schema: text.nullable().describe('url'), default: null,
    describe: 'the mail server: smtp://user@host:port, or smtps:// for TLS; without it letters are files of a folder',
  }),
  smtpPasswordFile: setting({
    flag: 'smtp-password-file', env: 'EV_CENTRAL_SMTP_PASSWORD_FILE', schema: text.nullable().describe('file'),
    default: null, describe: 'holds the password for the mail server, on its first line',
  }),
  mailFolder: setting({
    flag: 'mail-folder', env: 'EV_CENTRAL_MAIL_FOLDER', schema: text.nullable().describe('folder'), default: null,
    describe: 'where letters are written without a mail server; without it "mail" in the data folder',
  }),
  mailFrom: setting({
    flag: 'mail-from', env: 'EV_CENTRAL_MAIL_FROM', schema: text.describe('address'),
    default: 'EV network <ev-central@localhost>', describe: 'who the letters are from',
  }),
  registration: setting({
    flag: 'registration', env: 'EV_CENTRAL_REGISTRATION', schema: z.enum(['open', 'closed']),
    default: DEFAULT_SETTINGS.registration,
    describe: 'open: people make accounts for themselves over the REST API, with a code that is sent by letter',
  }),
  ageing: setting({
    flag: 'ageing', env: 'EV_CENTRAL_AGEING', schema: minutes(100_000),
    default: DEFAULT_SETTINGS.ageingMs / MINUTE_MS,
    describe: 'waiting time that raises a driver in a queue by one priority class',
  }),
  meterValueEvery: setting({
    flag: 'meter-value-every', env: 'EV_CENTRAL_METER_VALUE_EVERY', schema: seconds(86_400),
    default: DEFAULT_SETTINGS.meterValueEveryMs / SECOND_MS,
    describe: 'distance of the stored meter values of a charge',
  }),
  factGap: setting({
    flag: 'fact-gap', env: 'EV_CENTRAL_FACT_GAP', schema: seconds(86_400),
    default: DEFAULT_SETTINGS.factGapMs / SECOND_MS,
    describe: 'time after which a fact that a point cannot bring, although asked again, is passed over',
  }),
  payments: setting({
    flag: 'payments', env: 'EV_CENTRAL_PAYMENTS', schema: text.nullable().describe('file'), default: null,
    describe: 'payment gateways and which takes what (JSON); without it money comes by operators only',
  }),
  outboxBacklog: setting({
    flag: 'outbox-backlog', env: 'EV_CENTRAL_OUTBOX_BACKLOG', schema: count, default: DEFAULT_SETTINGS.outboxBacklog,
    describe: 'unsent messages above which new charges are refused',
  }),
  waitingAtSite: setting({
    flag: 'waiting-at-site', env: 'EV_CENTRAL_WAITING_AT_SITE', schema: count, default: DEFAULT_SETTINGS.waitingAtSite,
    describe: 'drivers that may wait at one site',
  }),
  reservationFee: setting({
    flag: 'reservation-fee', env: 'EV_CENTRAL_RESERVATION_FEE', schema: wholeNumberSchema,
    default: DEFAULT_SETTINGS.reservations.feeMinor,
    describe: 'held for a reservation and taken when nobody comes, in minor units (cents); 0: nothing is',
  }),
  reservationCancel: setting({
    flag: 'reservation-cancel', env: 'EV_CENTRAL_RESERVATION_CANCEL', schema: tiersSchema, default: '24:0,1:50',
    describe: 'what a cancelled reservation costs, hours before:per cent of its fee; nearer than the last, all of it',
  }),
  reservationMargin: setting({
    flag: 'reservation-margin', env: 'EV_CENTRAL_RESERVATION_MARGIN', schema: minutesOr0(120),
    default: DEFAULT_SETTINGS.reservations.marginMs / MINUTE_MS,
    describe: 'so long before a reservation its connector is kept, and she may check in',
  }),
  reservationGrace: setting({
    flag: 'reservation-grace', env: 'EV_CENTRAL_RESERVATION_GRACE', schema: minutes(1_440),
    default: DEFAULT_SETTINGS.reservations.graceMs / MINUTE_MS,
    describe: 'so long after its beginning a reservation waits for somebody who does not come',
  }),
  reservationReminder: setting({
    flag: 'reservation-reminder', env: 'EV_CENTRAL_RESERVATION_REMINDER', schema: minutesOr0(10_080),
    default: DEFAULT_SETTINGS.reservations.reminderMs / MINUTE_MS,
    describe: 'so long before a reservation she is reminded; 0: never',
  }),
  noticesKept: setting({
    flag: 'notices-kept', env: 'EV_CENTRAL_NOTICES_KEPT', schema: days,
    default: DEFAULT_SETTINGS.noticesKeptMs / DAY_MS,
    describe: 'how long a driver can still receive a notice that she missed',
  }),
  eventsKept: setting({
    flag: 'events-kept', env: 'EV_CENTRAL_EVENTS_KEPT', schema: days, default: DEFAULT_SETTINGS.eventsKeptMs / DAY_MS,
    describe: 'how long events are kept; tickets, ledger and meter values are kept for ever',
  }),
  auditKept: setting({
    flag: 'audit-kept', env: 'EV_CENTRAL_AUDIT_KEPT', schema: days, default: DEFAULT_SETTINGS.auditKeptMs / DAY_MS,
    describe: 'how long the audit log is kept',
  }),
  deadLettersKept: setting({
    flag: 'dead-letters-kept', env: 'EV_CENTRAL_DEAD_LETTERS_KEPT', schema: days,
    default: DEFAULT_SETTINGS.deadLettersKeptMs / DAY_MS,
    describe: 'how long is kept what nobody could read or carry out',
  }),
  dunning: setting({
    flag: 'dunning', env: 'EV_CENTRAL_DUNNING', schema: dunningSchema,
    default: DEFAULT_SETTINGS.dunningAfterMs.map((ms) => ms / DAY_MS).join(),
    describe: 'days after which somebody whose balance is below zero is reminded, the last time finally; off: never',
  }),
  issuer: setting({
    flag: 'issuer', env: 'EV_CENTRAL_ISSUER', schema: text.nullable().describe('file'), default: null,
    describe: 'who issues the invoices, as JSON (guide for operators); without it no invoices are made',
  }),
  ...commonSettings('EV_CENTRAL'),
} as const;

export type CentralConfig = ConfigOf<typeof CENTRAL_SETTINGS>;

/** The settings of the REST API, in its units; null: it is off. */
export function apiSettings(config: CentralConfig) {
  if (config.apiPort === 'off') return null;
  return {
    host: config.apiHost, port: config.apiPort, insecure: config.insecure, cors: originsOf(config.apiCors),
    accessLifeMs: config.apiAccessLife * MINUTE_MS, refreshLifeMs: config.apiRefreshLife * DAY_MS,
    tokenRate: config.apiTokenRate, addressRate: config.apiAddressRate,
  };
}

function originsOf(given: string): string[] {
  return given.split(',').map((each) => each.trim()).filter((each) => each !== '');
}

function isOrigin(given: string): boolean {
  return URL.canParse(given) && new URL(given).origin === given;
}

function daysOf(given: string): number[] {
  return given.trim() === 'off' ? [] : given.split(',').map((each) => (each.trim() === '' ? NaN : Number(each)));
}

function isDunning(days: readonly number[]): boolean {
  return days.length <= 10 && days.every((day, at) => day > (days[at - 1] ?? 0) && day <= 3_650);
}

function roleList(list: string): Role[] {
  return list.split(',').map((role) => role.trim()).filter((role) => role !== '') as Role[];
}

/** The steps of what a cancellation takes, the earliest first; null: the text is none. */
function tiersOf(text: string): CancelTier[] | null {
  const tiers = text.split(',').filter((each) => each.trim() !== '').map((each) => {
    const [hours, percent] = each.split(':').map(Number);
    return cancelTierSchema.safeParse({ beforeMs: Math.round((hours ?? NaN) * 60) * MINUTE_MS, percent });
  });
  const good = tiers.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const isFalling = good.every(({ beforeMs }, i) => i === 0 || beforeMs < (good[i - 1]?.beforeMs ?? 0));
  return good.length === tiers.length && good.length <= 10 && isFalling ? good : null;
}

/** The settings of the rules, in the units of the core; `issuer` is what its file says. */
export function coreSettings(
  config: CentralConfig, issuer: Settings['issuer'], paymentRules: readonly PaymentRule[],
): Settings {
  return {
    plugTimeoutMs: config.plugTimeout * SECOND_MS,
    commandTimeoutMs: config.commandTimeout * SECOND_MS,
    provisionalMs: config.provisional * MINUTE_MS,
    monitorLossPolicy: config.monitorLoss,
    defaultHoldMinor: config.hold,
    pointKeyLifeMs: config.pointKeyLife * MINUTE_MS,
    loginKeyLifeMs: config.loginKeyLife * MINUTE_MS,
    lockoutFailuresUser: config.lockoutUser,
    lockoutFailuresAddress: config.lockoutAddress,
    lockoutFailuresPoint: config.lockoutPoint,
    lockoutWindowMs: config.lockoutWindow * MINUTE_MS,
    lockoutMs: config.lockout * MINUTE_MS,
    registration: config.registration,
    secondFactorRoles: roleList(config.requireSecondFactor),
    ageingMs: config.ageing * MINUTE_MS,
    meterValueEveryMs: config.meterValueEvery * SECOND_MS,
    factGapMs: config.factGap * SECOND_MS,
    outboxBacklog: config.outboxBacklog,
    waitingAtSite: config.waitingAtSite,
    reservations: {
      ...DEFAULT_SETTINGS.reservations,
      feeMinor: config.reservationFee,
      tiers: tiersOf(config.reservationCancel) ?? [],
      marginMs: Math.round(config.reservationMargin * MINUTE_MS),
      graceMs: Math.round(config.reservationGrace * MINUTE_MS),
      reminderMs: Math.round(config.reservationReminder * MINUTE_MS),
    },
    noticesKeptMs: config.noticesKept * DAY_MS,
    eventsKeptMs: config.eventsKept * DAY_MS,
    auditKeptMs: config.auditKept * DAY_MS,
    deadLettersKeptMs: config.deadLettersKept * DAY_MS,
    dunningAfterMs: daysOf(config.dunning).map((day) => Math.round(day * DAY_MS)),
    paymentRules,
    topicPrefix: config.topicPrefix,
    partitions: config.partitions,
    issuer,
  };
}
