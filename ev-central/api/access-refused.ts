// Why a log-in, or a password that was asked for again, was refused: in the words that every screen has for it.
import { accessRefusalSchema } from '../../shared/messages/refusal.ts';
import { words } from '../../shared/words.ts';
import { Problem } from './problem.ts';

export function accessRefused(reason: string, retryAfterMs: unknown = null): Problem {
  const known = accessRefusalSchema.safeParse(reason);
  const afterMs = typeof retryAfterMs === 'number' ? retryAfterMs : null;
  const detail = known.success ? words().accessRefusal[known.data](afterMs === null ? {} : { retryAfterMs: afterMs })
    : 'The log-in was refused.';
  const seconds = String(Math.max(1, Math.ceil((afterMs ?? 0) / 1_000)));
  return new Problem(reason === 'locked-out' ? 'too-many-requests' : 'login-refused', detail, { reason },
    afterMs === null ? {} : { 'retry-after': seconds });
}
