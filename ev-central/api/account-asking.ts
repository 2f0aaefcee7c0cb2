// What accounts ask of the core beside orders: what somebody asks who is not logged in, and orders about herself for
// which a person gives her password again.
import { requestId } from '../../shared/ids.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { AccountChange } from '../core/inputs.ts';
import type { AccountRefusal } from '../core/registration.ts';
import { accessRefused, loginRefused } from './problem-of-access.ts';
import { callerIn, insistOnDone, put } from './asking.ts';
import type { Api, Ask } from './operation.ts';
import { Problem } from './problem.ts';

type AnyAsk = Pick<Ask<unknown, unknown, unknown>, 'address' | 'caller'>;

/** Whose account it was about; null: nobody is told. Throws a problem when it is refused. */
export async function changeAccount(api: Api, { address }: AnyAsk, change: AccountChange): Promise<string | null> {
  const frame = await put(api, { make: (to) => ({ kind: 'account', ...to, address, change }) });
  if (frame === 'stale') throw new Problem('unavailable', 'Ask again.');
  const { reason, userId, retryAfterMs } = frame as unknown as {
    reason: AccountRefusal | null; userId: string | null; retryAfterMs: number | null;
  };
  if (reason === null) return userId;
  if (reason === 'locked-out') throw accessRefused(reason, retryAfterMs);
  throw new Problem('refused', DETAIL[reason], { reason });
}

const DETAIL: Readonly<Record<Exclude<AccountRefusal, 'locked-out'>, string>> = {
  'registration-closed': 'Here nobody makes an account for herself: ask the operator for one.',
  'code-wrong': 'This code is wrong, was used, or has expired: ask for another one.',
  'zone-unknown': 'There is no such time zone: use a name such as Europe/Madrid.',
  'id-taken': 'This id is taken: choose another one. The code is still good.',
  'address-taken': 'An account has this address already: log in with it, or ask for a new password.',
  'id-missing': 'This code opens an account: send an id and a password with it.',
};

/** An order about the caller herself, once her password, and the code of who has a second factor, was right. */
export async function confirmedOrder(
  api: Api, ask: AnyAsk, { password, code }: { password: string; code?: string | undefined }, order: Order,
): Promise<string> {
  const caller = callerIn(ask);
  if (caller.by === 'key') throw new Problem('forbidden', 'A key has no password: log in as a person.');
  const { userId } = caller;
  const orderId = requestId(`api-${api.randomBytes(12).toString('hex')}`);
  const frame = await put(api, {
    password, code,
    make: (to) => ({ kind: 'confirmed-order', ...to, orderId, order, userId, address: ask.address }),
  });
  if (frame === 'stale') throw new Problem('unavailable', 'Ask again.');
  if (frame.type === 'refused-api') throw loginRefused(frame);
  return insistOnDone({ kind: 'order', ...frame } as unknown as Parameters<typeof insistOnDone>[0]).text;
}
