// What a session's state allows: the one table that the core uses to refuse, the screens to disable, the tests to
// enumerate.
import type { SessionState } from '../../shared/messages/values.ts';

type Allowed = { readonly next: readonly SessionState[]; readonly driverMayStop: boolean; readonly mayCancel: boolean };

/**
 * From a state to those that may follow. A session that Central holds as over can come back to `finishing` only when
 * the point had already begun it: what was delivered is billed, never lost.
 */
export const SESSION_TABLE = {
  requested: {
    next: ['queued', 'authorized', 'preparing', 'rejected', 'cancelled'], driverMayStop: true, mayCancel: true,
  },
  queued: {
    next: ['authorized', 'preparing', 'rejected', 'cancelled', 'expired'], driverMayStop: true, mayCancel: true,
  },
  authorized: {
    next: ['preparing', 'charging', 'expired', 'cancelled', 'rejected', 'queued', 'completed', 'interrupted'],
    driverMayStop: true, mayCancel: true,
  },
  preparing: {
    next: ['charging', 'authorized', 'expired', 'cancelled', 'rejected', 'queued', 'completed', 'interrupted'],
    driverMayStop: true, mayCancel: true,
  },
  charging: { next: ['suspended', 'finishing', 'completed', 'interrupted'], driverMayStop: true, mayCancel: true },
  suspended: { next: ['charging', 'finishing', 'completed', 'interrupted'], driverMayStop: true, mayCancel: true },
  finishing: { next: ['completed', 'interrupted'], driverMayStop: false, mayCancel: false },
  // While it is provisional, energy may still flow. Who asks looks first whether it is over.
  interrupted: { next: ['charging', 'suspended', 'finishing', 'completed'], driverMayStop: true, mayCancel: true },
  completed: { next: [], driverMayStop: false, mayCancel: false },
  rejected: { next: ['finishing', 'completed', 'interrupted'], driverMayStop: false, mayCancel: false },
  cancelled: { next: ['finishing', 'completed', 'interrupted'], driverMayStop: false, mayCancel: false },
  expired: { next: ['finishing', 'completed', 'interrupted'], driverMayStop: false, mayCancel: false },
} as const satisfies Record<SessionState, Allowed>;

export function mayFollow(from: SessionState, to: SessionState): boolean {
  const next: readonly SessionState[] = SESSION_TABLE[from].next;
  return next.includes(to);
}
