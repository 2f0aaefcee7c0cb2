// Notices to drivers: numbered per driver without gaps, stored, and sent through the outbox as the fast way.
import type { RequestId, SessionId, UserId, CorrelationId } from '../../shared/ids.ts';
import type { Notice } from '../../shared/messages/catalogue.ts';
import type { Refusal } from '../../shared/messages/refusal.ts';
import type { Session } from './rows.ts';
import { emit, envelope, type Step } from './step.ts';

type NoticeOf<T extends Notice['type']> = Extract<Notice, { type: T }>;
type Numbered = 'v' | 'id' | 'atMs' | 'corr' | 'number' | 'driverId' | 'requestId';
/** What a rule says; the envelope and the number are added here. */
export type NoticeBody = { [T in Notice['type']]: Omit<NoticeOf<T>, Numbered> }[Notice['type']];

/** Tells the session's driver something. */
export function notify(step: Step, session: Session, body: NoticeBody): void {
  notifyDriver(step, { driverId: session.driverId, requestId: session.requestId, corr: session.corr }, body);
}

/** Tells a driver something; a driver who has no account any more is told nothing. */
export function notifyDriver(
  step: Step, whom: { driverId: UserId; requestId: RequestId | null; corr: CorrelationId }, body: NoticeBody,
): void {
  const user = step.state.users.get(whom.driverId);
  if (user === undefined) return;
  const number = user.noticeNumber + 1;
  step.state.users.put({ ...user, noticeNumber: number });
  const notice: Notice = {
    ...envelope(step, whom.corr), ...body, number, driverId: whom.driverId, requestId: whom.requestId,
  };
  emit(step, { kind: 'append', table: 'notices', row: notice });
  emit(step, { kind: 'send', topic: 'notices', key: whom.driverId, to: whom.driverId, message: notice });
}

/** Tells a driver why a request came to nothing. */
export function refuse(
  step: Step, whom: { driverId: UserId; requestId: RequestId | null; corr: CorrelationId },
  reason: Refusal, facts: Readonly<Record<string, string | number>>, sessionId: SessionId | null = null,
): void {
  notifyDriver(step, whom, { type: 'refused', reason, facts: { ...facts }, sessionId });
}
