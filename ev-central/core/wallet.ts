// A driver's money: holds while a session is open, one booking when its ticket is made. All in minor units.
import { invariant } from '../../shared/assert.ts';
import type { SessionId, TicketId, UserId } from '../../shared/ids.ts';
import type { LedgerRow, Session, User } from './rows.ts';
import { emit, type Step } from './step.ts';

/** What a driver can still commit: her balance less her open holds. */
export function availableMinor(user: User): number {
  return user.balanceMinor - user.heldMinor;
}

/** Opens a session's hold. The caller has checked that there is enough. */
export function openHold(step: Step, driverId: UserId, sessionId: SessionId, amountMinor: number): void {
  changeHeld(step, driverId, amountMinor);
  emit(step, {
    kind: 'append', table: 'holds',
    row: { atMs: step.now, userId: driverId, sessionId, change: 'opened', amountMinor },
  });
}

/** Makes the hold larger; the session's row with it. */
export function enlargeHold(step: Step, session: Session, byMinor: number): Session {
  changeHeld(step, session.driverId, byMinor);
  emit(step, {
    kind: 'append', table: 'holds',
    row: {
      atMs: step.now, userId: session.driverId, sessionId: session.sessionId, change: 'enlarged', amountMinor: byMinor,
    },
  });
  return { ...session, holdMinor: session.holdMinor + byMinor };
}

/** Closes the hold, once: `settled` when a ticket follows, `released` when nothing was charged. */
export function closeHold(step: Step, session: Session, how: 'settled' | 'released'): Session {
  if (session.holdMinor === 0) return session;
  changeHeld(step, session.driverId, -session.holdMinor);
  emit(step, {
    kind: 'append', table: 'holds',
    row: {
      atMs: step.now, userId: session.driverId, sessionId: session.sessionId, change: how,
      amountMinor: session.holdMinor,
    },
  });
  return { ...session, holdMinor: 0 };
}

/** Books an amount (negative: the driver pays) and returns the new balance. */
export function book(
  step: Step, userId: UserId,
  entry: Pick<LedgerRow, 'kind' | 'amountMinor' | 'reason'> & { sessionId?: SessionId; ticketId?: TicketId },
): number {
  const user = step.state.users.get(userId);
  if (user === undefined) return 0;
  const balanceMinor = user.balanceMinor + entry.amountMinor;
  invariant(Number.isSafeInteger(balanceMinor), 'a balance stays a whole number');
  step.state.users.put({ ...user, balanceMinor });
  emit(step, {
    kind: 'append', table: 'ledger',
    row: {
      atMs: step.now, userId, kind: entry.kind, amountMinor: entry.amountMinor, balanceMinor,
      sessionId: entry.sessionId ?? null, ticketId: entry.ticketId ?? null, reason: entry.reason,
    },
  });
  return balanceMinor;
}

function changeHeld(step: Step, userId: UserId, byMinor: number): void {
  const user = step.state.users.get(userId);
  if (user === undefined) return;
  const heldMinor = user.heldMinor + byMinor;
  invariant(heldMinor >= 0, `holds of ${userId} never fall below zero`);
  step.state.users.put({ ...user, heldMinor });
}
