// What Central knows, row by row: the types of the stored tables. All of it is plain data.
import type { Account } from '../../shared/account.ts';
import type { FactPosition } from '../../shared/fact-position.ts';
import type {
  ConnectionId, CorrelationId, KeyId, PointId, RequestId, SeriesId, SessionId, SiteId, TariffId, TicketId, UserId,
} from '../../shared/ids.ts';
import type { Currency } from '../../shared/money.ts';
import type { CommandRefusal, Refusal } from '../../shared/messages/refusal.ts';
import type { GroupRow } from '../../shared/messages/group-row.ts';
import type { NetworkTariff } from '../../shared/messages/ocpi-tariff.ts';
import type { HourRun } from '../../shared/messages/price-series.ts';
import type { PointRow, UserRow } from '../../shared/messages/orders.ts';
import type {
  EndReason, FaultCode, Fit, Goal, PriorityClass, SessionState, Target,
} from '../../shared/messages/values.ts';
import type { MovementKind, Posting } from './ledger.ts';
import type { Discount } from './tariff/discount.ts';
import type { Exchange } from './tariff/exchange.ts';
import type { SeriesKey } from './tariff/hourly.ts';
import type { TariffUsage } from './tariff/usage.ts';

/** One row for the whole installation. The counter makes ids; it commits with everything else. */
export type Installation = { readonly installationId: string; readonly counter: number };

/** A person with an account. `name` and other personal data are not part of the core: it needs none. */
export type User = UserRow & {
  readonly passwordHash: string | null;
  readonly pinHash: string | null;
  readonly balanceMinor: number;
  /** The sum of the open holds. */
  readonly heldMinor: number;
  /** The last notice number given. */
  readonly noticeNumber: number;
  readonly readingKeyId: KeyId | null;
};

/** A group with one wallet. */
export type Group = GroupRow & {
  readonly balanceMinor: number;
  /** The sum of the open holds of its members' charges. */
  readonly heldMinor: number;
  /** What each member's tickets took in the newest month in which she had one. */
  readonly spent: readonly { readonly userId: UserId; readonly month: string; readonly amountMinor: number }[];
};

/** What a ticket was paid with, and what of it was given back. */
export type TicketPayment = {
  readonly ticketId: TicketId; readonly sessionId: SessionId; readonly siteId: SiteId; readonly payer: Account;
  readonly currency: Currency;
  /** 0 when the wallet was gone: the ticket was written off. */
  readonly paidMinor: number;
  /** The VAT in it. */
  readonly vatMinor: number;
  readonly refundedMinor: number; readonly refundedVatMinor: number;
};

/** What a log-in needs beside the password. */
export type SecondFactor = {
  readonly userId: UserId;
  /** Of the authenticator. In the database the master key wraps it. Never logged. */
  readonly secretBase64: string;
  /** A code was right: from then on one is asked for. */
  readonly confirmed: boolean;
  /** The 30 s step of the last code that was taken: none is taken twice. */
  readonly lastCounter: number;
  /** SHA-256, base64, of the recovery codes that are left; each is good for one log-in. */
  readonly recoverySha256s: readonly string[];
  readonly madeAtMs: number;
};

/**
 * A registered charge point; `secretSha256` (base64) proves its monitor, null when the secret was revoked. In the
 * database the master key wraps it. Never logged.
 */
export type ChargePoint = PointRow & { readonly secretSha256: string | null };

export type ConnectorState = {
  readonly connectorNo: number;
  readonly plugged: boolean;
  readonly faults: readonly FaultCode[];
  readonly batteryWh: number | null;
  readonly socPercent: number | null;
  readonly vehiclePowerW: number | null;
  /**
   * The session that ended here while the vehicle is still plugged in: only its driver may charge on (OCPP
   * Finishing).
   */
  readonly finishedSessionId: SessionId | null;
};

/** The four facts from which a point's status is derived (link, health, operative, occupancy), and its numbering. */
export type PointState = {
  readonly pointId: PointId;
  readonly link: { readonly connected: boolean; readonly sinceMs: number; readonly reason: string };
  readonly health: {
    readonly engine: 'unknown' | 'ok' | 'ko' | 'unreachable'; readonly sinceMs: number; readonly reason: string;
  };
  readonly operative: {
    readonly on: boolean; readonly sinceMs: number; readonly note: string; readonly by: string;
    /** Out of service as planned. Not there in older rows: whether it was stands in their notes. */
    readonly planned?: boolean;
  };
  /** Automatic authentication is barred until somebody acts: a revoked key, two monitors with one identity. */
  readonly barred: { readonly why: 'key-revoked' | 'two-monitors'; readonly sinceMs: number } | null;
  readonly connectors: readonly ConnectorState[];
  /** Faults of the point as a whole. */
  readonly faults: readonly FaultCode[];
  readonly keyId: KeyId | null;
  /** The facts that Central holds. */
  readonly accepted: FactPosition | null;
  /** The number of the last command given. */
  readonly commandNumber: number;
  /** The point's clock is this much behind Central's, as far as its monitor has said; 0 when under a second. */
  readonly clockOffsetMs: number;
  /** Times of the last evictions of one connection by another, for the rule of three within a minute. */
  readonly evictionsMs: readonly number[];
};

/**
 * A tariff's name and which of its versions are looked at: those from the first to the newest. One that was removed
 * keeps its number, so that no version is ever given twice.
 */
export type Tariff = {
  readonly tariffId: TariffId; readonly firstVersion: number; readonly newestVersion: number; readonly active: boolean;
};

/** A tariff as it was put once. Never changed or removed: tickets are made again from it. */
export type TariffVersion = {
  readonly tariffId: TariffId; readonly version: number; readonly putAtMs: number; readonly ocpi: NetworkTariff;
};

/** `<tariff>#<version>`: an id has no '#'. */
export type TariffKey = `${string}#${number}`;

/** A series of prices per hour. One that was removed keeps its number. */
export type PriceSeries = {
  readonly seriesId: SeriesId; readonly currency: Currency; readonly newestVersion: number; readonly active: boolean;
};

/** A series as it was after one import. Never changed or removed: tickets are made again from it. */
export type SeriesVersion = {
  readonly seriesId: SeriesId; readonly version: number; readonly putAtMs: number; readonly runs: readonly HourRun[];
};

/** What makes a session's price beside its tariff, kept from when it took that. */
export type SessionTerms = {
  /** The versions of the price series that the tariff names. */
  readonly series: readonly SeriesKey[];
  /** The rate by which it is paid from a wallet in another currency; null: they have the same. */
  readonly exchange: Exchange | null;
  /** What the driver's plan takes off; without it nothing. */
  readonly discount?: Discount;
};

/** Did energy flow, or was the vehicle only plugged in? */
export type MeterKind = 'charging' | 'parking';

export type Session = {
  readonly sessionId: SessionId;
  readonly requestId: RequestId;
  readonly corr: CorrelationId;
  readonly driverId: UserId;
  readonly siteId: SiteId;
  readonly pointId: PointId | null;
  readonly connectorNo: number | null;
  /** Asked at the point itself: the answer goes there too. */
  readonly atPoint: boolean;
  readonly state: SessionState;
  readonly stateSinceMs: number;
  readonly requestedAtMs: number;
  readonly target: Target;
  readonly fit: Fit;
  readonly goal: Goal;
  readonly priorityClass: PriorityClass;
  /** Since when it waits; kept while an offer is open, so a driver who was offered does not lose her place's age. */
  readonly queuedAtMs: number | null;
  /** The place that the driver was told last. */
  readonly toldPlace: number | null;
  readonly offered: boolean;
  readonly holdMinor: number;
  /** The wallet that pays: its hold, its ticket, its corrections. */
  readonly payer: Account;
  readonly currency: Currency;
  /** The version of a tariff and the zone that the session keeps from its beginning. */
  readonly tariff: TariffKey;
  /** Null: the tariff alone makes the price. */
  readonly terms: SessionTerms | null;
  readonly timeZone: string;
  readonly commandNumber: number | null;
  readonly plugByMs: number | null;
  /** By the point's clock, corrected with the link's offset; the uncorrected time beside it. */
  readonly startedAtMs: number | null;
  readonly startedRawMs: number | null;
  /** When Central took the report in. */
  readonly startReceivedMs: number | null;
  readonly bootId: number | null;
  readonly meterStartWh: number | null;
  /** Folded over its stored meter values; null before it charges. */
  readonly usage: TariffUsage | null;
  /** The number of the last meter sample that was stored (and folded in). */
  readonly lastStoredSample: number;
  /** A stop was ordered: why, and when it was sent. */
  readonly stopping: { readonly reason: EndReason; readonly sinceMs: number } | null;
  readonly endedAtMs: number | null;
  readonly endReceivedMs: number | null;
  readonly meterStopWh: number | null;
  readonly endReason: EndReason | null;
  readonly refusal: Refusal | null;
  readonly provisional: boolean;
  /** Nothing more is expected; a later report makes a correction. */
  readonly settled: boolean;
  readonly energyWh: number;
  readonly costMinor: number;
  readonly ticketId: TicketId | null;
  /** Energy that a point reported after its key was revoked: delivered, not billed, listed. */
  readonly disputedWh: number;
  readonly flags: readonly string[];
};

/** The newest meter sample of a session; one small row, overwritten. */
export type LiveMeter = {
  readonly sessionId: SessionId;
  readonly sample: number;
  readonly registerWh: number;
  readonly powerW: number;
  readonly socPercent: number | null;
  readonly state: 'charging' | 'suspended-ev' | 'suspended-evse';
  /** Of the time since the sample before. */
  readonly kind: MeterKind;
  readonly atMs: number;
  readonly rawAtMs: number;
  readonly uptimeMs: number;
  readonly receivedAtMs: number;
};

export type KeyRow = {
  readonly keyId: KeyId;
  readonly kind: 'point' | 'login' | 'reading' | 'service';
  readonly ownerId: string;
  /** 32 bytes, base64; wrapped by the master key in the database. Never logged. */
  readonly keyBase64: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly replacedAtMs: number | null;
  readonly revokedAtMs: number | null;
};

/** What became of a request, so that a repeated one gets the same and a cancelled one never starts. */
export type RequestRecord = {
  readonly requestId: RequestId;
  readonly driverId: UserId;
  readonly kind: 'charge' | 'stop' | 'cancel' | 'cancelled-before';
  readonly sessionId: SessionId | null;
  /** What a request at the point was answered there; null for requests that came over Kafka. */
  readonly answer: { readonly outcome: 'accepted' | 'queued' | 'refused'; readonly reason: Refusal | null } | null;
  readonly atMs: number;
};

export type OrderRecord = {
  readonly orderId: RequestId;
  readonly by: string;
  readonly outcome: 'done' | 'refused';
  readonly text: string;
  readonly lines: readonly { readonly what: string; readonly outcome: string }[];
  readonly atMs: number;
};

/** Every command has a time-out and a recorded result. The key is `<point>#<number>`. */
export type CommandRecord = {
  readonly pointId: PointId;
  readonly number: number;
  readonly type: 'authorize' | 'stop' | 'set-operative' | 'set-power-limit' | 'reset' | 'unlock';
  readonly sessionId: SessionId | null;
  readonly sentAtMs: number;
  readonly deadlineMs: number;
  readonly outcome: 'open' | 'done' | 'refused' | 'timed-out';
  readonly reason: CommandRefusal | null;
};

/** Wrong guesses of a user, from an address or at a point (`user:ana`, `addr:10.0.0.7`, `pin:ana`, `pinat:ALC-01`). */
export type Lockout = {
  readonly who: string;
  readonly failures: number;
  readonly firstAtMs: number;
  readonly lockedUntilMs: number | null;
};

/** A monitor's connection: not stored, gone with the process. */
export type MonitorLink = {
  readonly connectionId: ConnectionId;
  readonly pointId: PointId;
  readonly address: string;
  /** The point's host clock is this much behind Central's; 0 when under a second. */
  readonly clockOffsetMs: number;
};

/** A driver's log-in: not stored; her log-in key lives on in `keys`. */
export type DriverLink = {
  readonly connectionId: ConnectionId;
  readonly userId: UserId;
  readonly address: string;
  readonly sinceMs: number;
};

// Rows that are only ever added.
export type AuditRow = {
  readonly atMs: number; readonly who: string; readonly address: string; readonly action: string;
  readonly outcome: string; readonly parameters: Readonly<Record<string, unknown>>;
};
/** A movement of the ledger: its postings add up to 0. Never changed, never deleted; the store numbers them. */
export type Movement = {
  readonly atMs: number; readonly kind: MovementKind; readonly currency: Currency;
  readonly postings: readonly Posting[];
  readonly sessionId: SessionId | null; readonly ticketId: TicketId | null; readonly reason: string;
  /** Who ordered it; `ev-central` when nobody did. */
  readonly by: string;
};
/** A hold's life: opened, made larger, settled (its ticket's amount was booked) or released. */
export type HoldRow = {
  readonly atMs: number; readonly userId: UserId; readonly account: Account; readonly sessionId: SessionId;
  readonly change: 'opened' | 'enlarged' | 'settled' | 'released'; readonly amountMinor: number;
};
export type MeterValueRow = {
  readonly sessionId: SessionId; readonly sample: number; readonly registerWh: number; readonly powerW: number;
  readonly socPercent: number | null; readonly atMs: number; readonly rawAtMs: number; readonly receivedAtMs: number;
  /** Of the time since the value before. */
  readonly kind: MeterKind;
};
