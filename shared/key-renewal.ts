// When a key is renewed: at a part of the life that is left of it; and before it ends in any case, also when our idea
// of Central's time was wrong as it came (a machine's clock was set, and the link has not measured it again yet).

/** A key is renewed when this part of its life is over … */
const RENEW_AT = 0.8;
/** … and at the latest this long before its end. */
const MARGIN_MS = 5_000;

/** The time for it, in Central's time (UTC ms); null: the key does not expire. */
export function renewalMs({ nowMs, expiresAtMs }: { nowMs: number; expiresAtMs: number | null }): number | null {
  if (expiresAtMs === null) return null;
  return Math.min(nowMs + Math.max(0, expiresAtMs - nowMs) * RENEW_AT, expiresAtMs - MARGIN_MS);
}
