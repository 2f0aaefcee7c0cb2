// What Central keeps for its REST API: log-ins with their refresh tokens, keys of machines, and what was answered to
// calls that move money or energy. Secrets are made outside and come in as SHA-256 (base64url).
import type { AccessId, PointId, RequestId, SessionId, UserId } from '../../shared/ids.ts';
import type { Currency } from '../../shared/money.ts';
import type { Refusal } from '../../shared/messages/refusal.ts';
import type { OrderRecord } from './rows.ts';

/** A log-in over HTTP. Its refresh token changes at each use: this is the one that is valid now. */
export type ApiSession = {
  readonly accessId: AccessId;
  readonly userId: UserId;
  readonly refreshSha256: string;
  readonly createdAtMs: number;
  readonly usedAtMs: number;
  readonly expiresAtMs: number;
  readonly revokedAtMs: number | null;
  /** From where she logged in, and with what, so that she knows which one it is. */
  readonly address: string;
  readonly agent: string;
};

/** A key of a machine: it may do what its scopes name and its owner may. */
export type ApiKey = {
  readonly accessId: AccessId;
  readonly userId: UserId;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly secretSha256: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number | null;
  readonly revokedAtMs: number | null;
};

/** What a driver's request over HTTP came to. */
export type RequestAnswer = {
  readonly kind: 'request';
  readonly outcome: 'accepted' | 'queued' | 'taken' | 'refused';
  readonly reason: Refusal | null;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly sessionId: SessionId | null;
  readonly pointId: PointId | null;
  readonly connectorNo: number | null;
  readonly holdMinor: number | null;
  readonly currency: Currency | null;
  readonly place: number | null;
  readonly estimatedWaitMs: number | null;
};
export type OrderAnswer = { readonly kind: 'order' } & Pick<OrderRecord, 'outcome' | 'text' | 'lines'>;
export type ApiAnswer = RequestAnswer | OrderAnswer;

/** A call that was carried out: the same one again gets the same answer, another one under its id is refused. */
export type ApiCall = {
  readonly callId: RequestId;
  readonly bodySha256: string;
  readonly answer: ApiAnswer;
  readonly atMs: number;
};
