// What can come to the core, through the one queue: opened records, frames, orders, ticks and answers from outside.
import type { FactPosition } from '../../shared/fact-position.ts';
import type {
  AccessId, ConnectionId, CorrelationId, KeyId, MessageId, PointId, RequestId, SessionId, UserId,
} from '../../shared/ids.ts';
import type { Fact, Request } from '../../shared/messages/catalogue.ts';
import type { MeterSample } from '../../shared/messages/meter-sample.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { DeadLetterReason, Goal, Role } from '../../shared/messages/values.ts';
import type { CodeFound } from './code-found.ts';

export type Input =
  | { readonly kind: 'tick' }
  // Kafka. The sender was proved by the key under which the record was sealed.
  | { readonly kind: 'request'; readonly request: Request; readonly sender: string }
  | { readonly kind: 'fact'; readonly fact: Fact; readonly sender: string; readonly keyId: KeyId }
  | { readonly kind: 'meter'; readonly sample: MeterSample; readonly sender: string }
  | {
      readonly kind: 'dead-letter'; readonly source: string; readonly reason: DeadLetterReason;
      readonly detail: string; readonly claimedSender: string; readonly headers: Readonly<Record<string, string>>;
      readonly payloadBase64: string;
      /** A fact of a proved sender: its point waits for an answer, see `fact-order.ts`. Null: nothing waits for it. */
      readonly fact: BadFact | null;
    }
  | { readonly kind: 'bus'; readonly up: boolean; readonly reason: string }
  /** The log is not the one that the offsets belong to: every point is asked for its unaccepted facts. */
  | { readonly kind: 'log-lost'; readonly detail: string }
  /** Outbox rows that wait for the broker; given with every batch in which it changed. */
  | { readonly kind: 'outbox-backlog'; readonly rows: number }
  // Monitors. `keyBase64` is 32 fresh random bytes for the key that a welcome would grant.
  | {
      readonly kind: 'monitor-proof'; readonly connectionId: ConnectionId; readonly re: MessageId;
      readonly pointId: PointId; readonly address: string; readonly proved: boolean; readonly byHand: boolean;
      readonly keyBase64: string; readonly clockOffsetMs: number;
    }
  | {
      readonly kind: 'renew-key'; readonly connectionId: ConnectionId; readonly re: MessageId;
      readonly keyBase64: string;
    }
  | {
      readonly kind: 'point-health'; readonly connectionId: ConnectionId; readonly engine: 'ok' | 'ko' | 'unreachable';
      readonly reason: string; readonly sinceMs: number; readonly clockOffsetMs: number;
    }
  | {
      readonly kind: 'local-request'; readonly connectionId: ConnectionId; readonly re: MessageId;
      readonly requestId: RequestId; readonly driverId: UserId; readonly connectorNo: number; readonly goal: Goal;
      readonly corr: CorrelationId;
    }
  // People. The shell keeps the password or PIN of a `check-password` effect and answers with `password-checked`.
  | {
      readonly kind: 'login'; readonly connectionId: ConnectionId; readonly re: MessageId; readonly userId: UserId;
      readonly address: string; readonly purpose: 'driver' | 'operator'; readonly lastNotice: number;
      readonly loginKeyBase64: string; readonly readingKeyBase64: string;
      /** The login key with which a proof came in place of a code; without it: none came. */
      readonly proofBy?: KeyId | null;
    }
  | {
      readonly kind: 'password-checked'; readonly checkId: number; readonly ok: boolean;
      /** What came with the password as a one-time code; without it: nothing. */
      readonly code?: CodeFound;
    }
  | { readonly kind: 'link-closed'; readonly connectionId: ConnectionId; readonly reason: string }
  | {
      readonly kind: 'order'; readonly orderId: RequestId; readonly order: Order; readonly by: string;
      readonly role: Role; readonly address: string;
      /** Where the answer goes; null: the caller in this process reads the order's record. */
      readonly answer: { readonly connectionId: ConnectionId; readonly re: MessageId } | null;
    }
  // The REST API. Each of its questions has a connection id of its own, a negative one: the answer is a frame to it.
  | {
      readonly kind: 'api-login'; readonly connectionId: ConnectionId; readonly re: MessageId; readonly userId: UserId;
      readonly address: string; readonly purpose: 'api'; readonly agent: string; readonly refreshSha256: string;
      readonly lifeMs: number;
    }
  | {
      readonly kind: 'api-access'; readonly connectionId: ConnectionId; readonly re: MessageId;
      /** Null: nobody is known yet (a refresh token tells who it is). */
      readonly by: UserId | null; readonly address: string; readonly change: ApiChange;
    }
  | {
      readonly kind: 'api-call'; readonly connectionId: ConnectionId; readonly re: MessageId;
      /** Made from who calls and her idempotency key; it is the id of the request or order, too. */
      readonly callId: RequestId; readonly bodySha256: string; readonly call: ApiCallBody;
    };

/** What happens to log-ins and keys of the API. */
export type ApiChange =
  | { readonly kind: 'refresh'; readonly accessId: AccessId; readonly given: string; readonly next: string }
  | { readonly kind: 'revoke-session'; readonly accessId: AccessId }
  | {
      readonly kind: 'make-key'; readonly name: string; readonly scopes: readonly string[];
      readonly secretSha256: string; readonly expiresAtMs: number | null;
    }
  | { readonly kind: 'revoke-key'; readonly accessId: AccessId };

export type ApiCallBody =
  | { readonly kind: 'request'; readonly request: Request }
  | {
      readonly kind: 'order'; readonly order: Order; readonly by: string;
      readonly role: Role; readonly address: string;
    };

/** What can be read of a fact that cannot be taken in. `type` and `sessionId` are the sender's words, or null. */
export type BadFact = FactPosition & {
  readonly pointId: PointId; readonly type: string | null; readonly sessionId: SessionId | null;
};

export type InputKind = Input['kind'];
