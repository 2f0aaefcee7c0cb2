// One TCP connection at Central: its link, and who is at the other end. The role is told by the first message.
import type { ConnectionId, PointId, UserId } from '../../shared/ids.ts';
import type { ProofOf } from '../../shared/login-proof.ts';
import { MESSAGE_VERSION } from '../../shared/messages/message.ts';
import type { Role } from '../../shared/messages/values.ts';
import type { JsonObject } from '../../shared/wire/json.ts';
import { type Link, MESSAGE_BYTES } from '../../shared/wire/link.ts';

export type OperatorRole = Exclude<Role, 'user'>;

export type MonitorPeer = {
  readonly kind: 'monitor'; readonly pointId: PointId; readonly byHand: boolean;
  /** Null once it was used: one proof a challenge. */
  nonce: Buffer | null;
  welcomed: boolean;
};
export type DriverPeer = { readonly kind: 'driver'; readonly driverId: UserId; welcomed: boolean };
/** `service`: it may ask for contacts alone. */
export type OperatorPeer = {
  readonly kind: 'operator'; readonly by: string; role: OperatorRole | 'service' | null;
};
export type Peer = { readonly kind: 'unnamed' } | MonitorPeer | DriverPeer | OperatorPeer;

/** A password with its one-time code or a proof in place of it, or a PIN. */
export type Secret = {
  readonly password: string; readonly code: string | null; readonly proof: (ProofOf & { hmacBase64: string }) | null;
};

export type Connection = {
  readonly id: ConnectionId;
  readonly link: Link;
  /** The peer's address without its port: what is locked out and audited. */
  readonly address: string;
  peer: Peer;
  /** What Central may ask to have compared, by the id of the frame that brought it. */
  readonly secrets: Map<string, Secret>;
  /** Called when the connection is over. */
  readonly endings: (() => void)[];
};

let frames = 0;

/** Sends one frame of Central with an id of its own. `re` names the frame that it answers. */
export function sendFrame(
  connection: Connection, re: string | null, frame: { readonly type: string } & Readonly<Record<string, unknown>>,
): void {
  frames += 1;
  connection.link.send({ v: MESSAGE_VERSION, id: `c-${frames}`, re, ...(frame as JsonObject) });
}

/** Splits values into parts whose JSON fits into a frame each, with room for the envelope. Never an empty part. */
export function frameParts<T>(values: readonly T[]): T[][] {
  const parts: T[][] = [];
  let bytes = 0;
  for (const value of values) {
    const length = Buffer.byteLength(JSON.stringify(value)) + 1;
    const part = parts.at(-1);
    if (part === undefined || bytes + length > PART_BYTES) {
      parts.push([value]);
      bytes = length;
    } else {
      part.push(value);
      bytes += length;
    }
  }
  return parts;
}

/** Room for rows in a frame. */
export const PART_BYTES = MESSAGE_BYTES - 1_024;

/** `127.0.0.1:40112` → `127.0.0.1`; IPv4 in IPv6 notation becomes IPv4, so that one address counts once. */
export function hostOf(remoteAddress: string): string {
  return remoteAddress.replace(/:\d+$/, '').replace(/^::ffff:/, '');
}

