// The keys that Central grants. A key belongs to a pair, Central and one peer; a new one replaces the old one, which
// stays readable for what is still under way, until it is revoked.
import { assertNever } from '../../shared/assert.ts';
import { keyId, type KeyId, pointId, userId } from '../../shared/ids.ts';
import type { KeyGrant } from '../../shared/messages/values.ts';
import type { KeyRow } from './rows.ts';
import type { State } from './state.ts';
import { nextId, type Step } from './step.ts';

const PREFIX = { point: 'p', login: 'l', reading: 'r', service: 's' } as const satisfies Record<KeyRow['kind'], string>;
const DAY_MS = 24 * 3_600_000;
/** Topics keep records 30 days: a day later nothing that was sealed with a key of then can still come. */
const KEPT_MS = 31 * DAY_MS;
const PRUNE_EVERY_MS = 3_600_000;

/** Makes a key of 32 random bytes that came with the input. */
export function grantKey(
  step: Step, key: Pick<KeyRow, 'kind' | 'ownerId' | 'keyBase64'>, lifeMs: number | null,
): KeyRow {
  const row: KeyRow = {
    ...key, keyId: keyId(`${PREFIX[key.kind]}-${nextId(step)}`), createdAtMs: step.now,
    expiresAtMs: lifeMs === null ? null : step.now + lifeMs, replacedAtMs: null, revokedAtMs: null,
  };
  step.state.keys.put(row);
  return row;
}

export function replaceKey(step: Step, id: KeyId | null): void {
  const row = id === null ? undefined : step.state.keys.get(id);
  if (row !== undefined && row.replacedAtMs === null) step.state.keys.put({ ...row, replacedAtMs: step.now });
}

/** Revokes every key of an owner, at once. Returns how many. */
export function revokeKeys(step: Step, ownerId: string, kinds: readonly KeyRow['kind'][]): number {
  let revoked = 0;
  for (const row of [...step.state.keys.values()]) {
    if (row.ownerId !== ownerId || row.revokedAtMs !== null || !kinds.includes(row.kind)) continue;
    step.state.keys.put({ ...row, revokedAtMs: step.now });
    revoked += 1;
  }
  return revoked;
}

/**
 * Removes the keys that were replaced, revoked or expired more than 31 days ago. A key that its owner still holds
 * stays, and so do those of a point with a charge as old as that: its report may come under any of them.
 */
export function pruneKeys(state: State, now: number): void {
  const endedBeforeMs = now - KEPT_MS;
  const reporting = pointsWithChargesBefore(state, endedBeforeMs);
  for (const row of [...state.keys.values()]) {
    const { keyId: id, ownerId, replacedAtMs, revokedAtMs, expiresAtMs } = row;
    if (Math.min(replacedAtMs ?? Infinity, revokedAtMs ?? Infinity, expiresAtMs ?? Infinity) >= endedBeforeMs) continue;
    if (isHeld(state, row) || (revokedAtMs === null && reporting.has(ownerId))) continue;
    state.keys.remove(id);
  }
  state.keysPrunedMs = now;
}

/** Prunes when it has not been done for an hour. */
export function pruneKeysInTime(state: State, now: number): void {
  if (now - state.keysPrunedMs >= PRUNE_EVERY_MS) pruneKeys(state, now);
}

/** As it is handed over on a link. */
export function keyGrant(row: KeyRow): KeyGrant {
  return { keyId: row.keyId, keyBase64: row.keyBase64, expiresAtMs: row.expiresAtMs };
}

/** Points with an open session that was asked for before this time. */
function pointsWithChargesBefore(state: State, beforeMs: number): Set<string> {
  const points = new Set<string>();
  for (const id of state.sessionIndex.open()) {
    const session = state.sessions.must(id);
    if (session.pointId !== null && session.requestedAtMs < beforeMs) points.add(session.pointId);
  }
  return points;
}

/** The key that its owner was given last: a point that was away for long comes back with it. */
function isHeld(state: State, { kind, ownerId, keyId: id }: KeyRow): boolean {
  switch (kind) {
    case 'point': return state.pointStates.get(pointId(ownerId))?.keyId === id;
    case 'reading': return state.users.get(userId(ownerId))?.readingKeyId === id;
    case 'login': return false;
    case 'service': return true;
    default: return assertNever(kind, 'kind of key');
  }
}
