// The keys as sealing needs them: looked up in Central's state, derived once, kept while they are used.
import { sealKey, type SealKey } from '../../shared/seal.ts';
import { keyId } from '../../shared/ids.ts';
import type { KeyRow } from '../core/rows.ts';

/** Where the rows are: state, or what the database still has of it. */
export type FindKey = (id: KeyRow['keyId']) => KeyRow | undefined;

export type KeyRing = {
  row(id: string): KeyRow | undefined;
  /** Both directions of a key. The row says whether it may be used; this does not ask. */
  sealKey(row: KeyRow): SealKey;
};

/** Derived keys that are kept. Above it all are forgotten and derived again as they come: 10 µs each. */
const KEPT = 100_000;

export function createKeyRing(find: FindKey): KeyRing {
  const derived = new Map<string, SealKey>();
  return {
    row: (id) => find(keyId(id)),
    sealKey(row) {
      const known = derived.get(row.keyId);
      if (known !== undefined) return known;
      if (derived.size >= KEPT) derived.clear();
      const made = sealKey(row.keyId, row.keyBase64);
      derived.set(row.keyId, made);
      return made;
    },
  };
}
