// The named settings of Central's rules. main.ts reads them from the configuration; tests and the simulation choose.
import type { Issuer } from '../../shared/messages/invoice.ts';
import type { ReservationTerms } from '../../shared/messages/reservation.ts';
import type { Role } from '../../shared/messages/values.ts';
import type { PaymentRule } from './payment-rules.ts';

export type Settings = {
  /** A vehicle must be plugged in within this time after the authorization or the offer. */
  readonly plugTimeoutMs: number;
  /** A point must answer a command within this time. */
  readonly commandTimeoutMs: number;
  /** An interrupted session becomes final after this time without an end report. */
  readonly provisionalMs: number;
  /** What a running charge does when the monitor of its point is lost. */
  readonly monitorLossPolicy: 'finish' | 'stop';
  /** The hold for a charge without a goal in money, in minor units. */
  readonly defaultHoldMinor: number;
  readonly pointKeyLifeMs: number;
  readonly loginKeyLifeMs: number;
  /** Wrong guesses within the window that lock a user, an address, or a point (for PINs) out, and for how long. */
  readonly lockoutFailuresUser: number;
  readonly lockoutFailuresAddress: number;
  readonly lockoutFailuresPoint: number;
  readonly lockoutWindowMs: number;
  readonly lockoutMs: number;
  /** People with these roles are let in only with a second factor. */
  readonly secondFactorRoles: readonly Role[];
  /** Waiting time after which a lower priority class counts as the next higher one. */
  readonly ageingMs: number;
  /** Stored meter values of a session are at least this far apart, except at price borders. */
  readonly meterValueEveryMs: number;
  /** A fact that a point does not bring in this time, although it is asked again and again, is passed over. */
  readonly factGapMs: number;
  /** Outbox rows above which new charges are refused. */
  readonly outboxBacklog: number;
  readonly waitingAtSite: number;
  readonly reservations: ReservationSettings;
  /** How long is kept what no bill is made of: tickets, ledger and meter values are kept for ever. */
  readonly noticesKeptMs: number;
  readonly eventsKeptMs: number;
  readonly auditKeptMs: number;
  readonly deadLettersKeptMs: number;
  /** Which payment gateway takes what; the first rule that fits. None: money comes by operators only. */
  readonly paymentRules: readonly PaymentRule[];
  readonly topicPrefix: string;
  readonly partitions: number;
  /** May somebody make an account for herself? */
  readonly registration: 'open' | 'closed';
  /** How long after a balance went below zero each reminder is sent; the last is the final notice. Empty: none is. */
  readonly dunningAfterMs: readonly number[];
  /** Null: no invoices are made. */
  readonly issuer: Issuer | null;
};

/** What holds for reservations that are made now. */
export type ReservationSettings = ReservationTerms & {
  /** The fee for a slot that nobody came for, in minor units of whoever pays; 0: reservations cost nothing. */
  readonly feeMinor: number;
  /** A connector is offered to somebody else only if it stays free for so long before a reservation. */
  readonly leastOfferMs: number;
  /** How long a running charge is thought to go on when nobody can tell: it is not reserved away before. */
  readonly usualChargeMs: number;
};

const DAY_MS = 24 * 3_600_000;

export const DEFAULT_SETTINGS: Settings = {
  plugTimeoutMs: 120_000,
  commandTimeoutMs: 10_000,
  provisionalMs: 24 * 3_600_000,
  monitorLossPolicy: 'finish',
  defaultHoldMinor: 2_000,
  pointKeyLifeMs: 24 * 3_600_000,
  loginKeyLifeMs: 24 * 3_600_000,
  lockoutFailuresUser: 5,
  lockoutFailuresAddress: 20,
  lockoutFailuresPoint: 10,
  lockoutWindowMs: 5 * 60_000,
  lockoutMs: 5 * 60_000,
  secondFactorRoles: [],
  ageingMs: 15 * 60_000,
  meterValueEveryMs: 60_000,
  factGapMs: 60_000,
  outboxBacklog: 20_000,
  waitingAtSite: 200,
  reservations: {
    feeMinor: 500,
    tiers: [{ beforeMs: DAY_MS, percent: 0 }, { beforeMs: 3_600_000, percent: 50 }],
    marginMs: 5 * 60_000, graceMs: 15 * 60_000, reminderMs: 15 * 60_000, leastOfferMs: 15 * 60_000,
    usualChargeMs: 2 * 3_600_000,
  },
  noticesKeptMs: 90 * DAY_MS,
  eventsKeptMs: 365 * DAY_MS,
  auditKeptMs: 730 * DAY_MS,
  deadLettersKeptMs: 30 * DAY_MS,
  paymentRules: [],
  topicPrefix: 'ev',
  partitions: 12,
  registration: 'closed',
  dunningAfterMs: [3 * DAY_MS, 14 * DAY_MS, 30 * DAY_MS],
  issuer: null,
};
