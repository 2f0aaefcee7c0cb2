// Orders that people give about themselves and for which an open session is not enough: the password is asked for
// again, and the one-time code of who has a second factor, by the same rules as for a log-in.
import type { Access, AccessRefused } from './access.ts';
import { lockedOut, toCompare } from './access.ts';
import type { Input } from './inputs.ts';
import { takeOrder } from './orders.ts';
import { check } from './people.ts';
import { audit, emit, type Step } from './step.ts';

export type ConfirmedOrder = Extract<Input, { kind: 'confirmed-order' }>;

export function confirmOrder(step: Step, input: ConfirmedOrder): void {
  const locked = lockedOut(step, input);
  if (locked === null) check(step, input, toCompare(step, { userId: input.userId, proofBy: null }));
  else refuse(step, input, locked);
}

export function finishConfirmed(step: Step, input: ConfirmedOrder, access: Access): void {
  if (!access.granted) return refuse(step, input, access);
  const { orderId, order, userId, address, connectionId, re } = input;
  takeOrder(step, {
    kind: 'order', orderId, order, by: userId, role: access.user.role, address, answer: { connectionId, re },
  });
}

function refuse(step: Step, { userId, address, order, connectionId, re }: ConfirmedOrder, why: AccessRefused): void {
  const { reason, retryAfterMs } = why;
  audit(step, { who: userId, address, action: `confirm-${order.kind}`, outcome: reason });
  emit(step, { kind: 'frame', connectionId, re, frame: { type: 'refused-api', reason, retryAfterMs } });
}
