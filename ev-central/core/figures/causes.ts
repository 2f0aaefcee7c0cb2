// Whose it is to mend that a request came to no charge.

/** `network`: something is broken. `capacity`: it works, and is too little. `driver`: hers, or her account's. */
export type CauseSide = 'network' | 'capacity' | 'driver';

/** Of the causes in `FailureCause`; all others are the driver's own, or her account's. */
const NETWORK: ReadonlySet<string> = new Set([
  'point-disconnected', 'point-faulted', 'point-out-of-order', 'point-barred', 'point-key-invalid', 'point-refused',
  'point-silent', 'central-overloaded', 'bus-down', 'monitor-away', 'central-away', 'no-tariff', 'expired',
  'fault', 'power-loss', 'engine-restarted', 'operator', 'monitor-lost', 'key-revoked', 'reset', 'never-reported',
]);
const CAPACITY: ReadonlySet<string> = new Set(['point-busy', 'queue-full', 'nothing-fits']);

export function sideOf(cause: string): CauseSide {
  if (NETWORK.has(cause)) return 'network';
  return CAPACITY.has(cause) ? 'capacity' : 'driver';
}
