// What became of one request for a charge: the row from which success, failures and waits are counted.
import type { Account } from '../../../shared/account.ts';
import type { PointId, RequestId, SessionId, SiteId, UserId } from '../../../shared/ids.ts';
import type { Refusal } from '../../../shared/messages/refusal.ts';
import type { EndReason } from '../../../shared/messages/values.ts';

/** Why no energy flowed: a refusal, how the charge ended, or that it never began. */
export type FailureCause = Refusal | EndReason | 'not-plugged-in' | 'taken-back';

export type AttemptRow = {
  readonly requestId: RequestId; readonly sessionId: SessionId | null; readonly driverId: UserId;
  /** Null where she asked for any place near her and nothing was found. */
  readonly siteId: SiteId | null;
  readonly pointId: PointId | null;
  readonly payer: Account | null;
  readonly timeZone: string;
  readonly requestedAtMs: number;
  /** When she came into the queue and left it; null: she did not wait, or still does. */
  readonly queuedAtMs: number | null; readonly leftQueueAtMs: number | null;
  readonly decidedAtMs: number | null;
  readonly outcome: 'charged' | 'failed' | null;
  readonly cause: FailureCause | null;
};

/** As the store keeps it: `isFirst` is decided once, when the row is made. */
export type StoredAttempt = AttemptRow & { readonly isFirst: boolean };
