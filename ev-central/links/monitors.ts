// A monitor's side of Central: challenge and proof, then what it reports about its point.
import { isPointProof, SECRET_BYTES } from '../../shared/point-proof.ts';
import { assertNever } from '../../shared/assert.ts';
import type { PointId } from '../../shared/ids.ts';
import type { FromMonitor } from '../../shared/messages/catalogue.ts';
import { KEY_BYTES } from '../../shared/seal.ts';
import type { Input } from '../core/inputs.ts';
import { type Connection, type MonitorPeer, sendFrame } from './connection.ts';

export type MonitorOptions = {
  readonly give: (input: Input) => void;
  /** The stored SHA-256 (base64) of a point's secret; null: no such point, or its secret was revoked. */
  readonly secretOf: (pointId: PointId) => string | null;
  readonly randomBytes: (count: number) => Buffer;
};

const NONCE_BYTES = 16;
/** Clocks are measured to some milliseconds; under a second a correction would only add its own error. */
const OFFSET_FROM_MS = 1_000;

/** Takes a monitor's hello: makes the connection its, and asks for a proof. */
export function greetMonitor(
  connection: Connection, hello: Extract<FromMonitor, { type: 'hello-monitor' }>, options: MonitorOptions,
): void {
  const nonce = options.randomBytes(NONCE_BYTES);
  connection.peer = { kind: 'monitor', pointId: hello.pointId, byHand: hello.byHand, nonce, welcomed: false };
  sendFrame(connection, hello.id, { type: 'challenge', nonceBase64: nonce.toString('base64') });
}

/** Takes a later frame of a monitor; false when it is out of place. */
export function takeMonitorFrame(
  connection: Connection, peer: MonitorPeer, frame: FromMonitor, options: MonitorOptions,
): boolean {
  const { give, randomBytes } = options;
  const { id: connectionId } = connection;
  if (frame.type === 'hello-monitor') return false;
  if (frame.type === 'proof') return takeProof(connection, peer, frame, options);
  if (!peer.welcomed) return false;
  switch (frame.type) {
    case 'point-health':
      give({
        kind: 'point-health', connectionId, engine: frame.engine, reason: frame.reason, sinceMs: frame.sinceMs,
        clockOffsetMs: clockOffsetMs(connection),
      });
      return true;
    case 'renew-key':
      give({ kind: 'renew-key', connectionId, re: frame.id, keyBase64: randomBytes(KEY_BYTES).toString('base64') });
      return true;
    case 'local-request': {
      const { requestId, driverId, connectorNo, goal, corr } = frame;
      connection.secrets.set(frame.id, { password: frame.pin, code: null, proof: null });
      give({ kind: 'local-request', connectionId, re: frame.id, requestId, driverId, connectorNo, goal, corr });
      return true;
    }
    default: return assertNever(frame, 'frame of a monitor');
  }
}

function takeProof(
  connection: Connection, peer: MonitorPeer, frame: Extract<FromMonitor, { type: 'proof' }>, options: MonitorOptions,
): boolean {
  const { nonce, pointId, byHand } = peer;
  if (nonce === null) return false;
  peer.nonce = null;
  const known = options.secretOf(pointId);
  // An unknown point's proof is checked too, against random bytes: the answer takes the same time.
  const secretSha256 = known === null ? options.randomBytes(SECRET_BYTES) : Buffer.from(known, 'base64');
  const right = isPointProof(secretSha256, nonce, { pointId, proofBase64: frame.proofBase64 });
  options.give({
    kind: 'monitor-proof', connectionId: connection.id, re: frame.id, pointId, address: connection.address,
    proved: right && known !== null, byHand, keyBase64: options.randomBytes(KEY_BYTES).toString('base64'),
    clockOffsetMs: clockOffsetMs(connection),
  });
  return true;
}

/** How much the peer's clock is behind ours, in ms. */
function clockOffsetMs(connection: Connection): number {
  const aheadMs = connection.link.clockOffsetMs ?? 0;
  return Math.abs(aheadMs) < OFFSET_FROM_MS ? 0 : -aheadMs;
}
