// The keys that Central grants. A key belongs to a pair, Central and one peer; a new one replaces the old one, which
// stays readable for what is still under way, until it is revoked.
import { keyId, type KeyId } from '../../shared/ids.ts';
import type { KeyGrant } from '../../shared/messages/values.ts';
import type { KeyRow } from './rows.ts';
import { nextId, type Step } from './step.ts';

const PREFIX = { point: 'p', login: 'l', reading: 'r', service: 's' } as const satisfies Record<KeyRow['kind'], string>;

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

/** As it is handed over on a link. */
export function keyGrant(row: KeyRow): KeyGrant {
  return { keyId: row.keyId, keyBase64: row.keyBase64, expiresAtMs: row.expiresAtMs };
}
