// Why somebody was not let in, as a problem.
import { accessRefusalSchema } from '../../shared/messages/refusal.ts';
import { words } from '../../shared/words.ts';
import type { Frame } from './ports.ts';
import { Problem } from './problem.ts';

/** What the core said to a log-in that it refused. */
export function loginRefused(frame: Frame | 'stale'): Problem {
  if (frame === 'stale') return accessRefused('unknown-or-wrong');
  const { reason, retryAfterMs } = frame;
  return accessRefused(String(reason), typeof retryAfterMs === 'number' ? retryAfterMs : null);
}

export function accessRefused(reason: string, retryAfterMs: number | null = null): Problem {
  const known = accessRefusalSchema.safeParse(reason);
  const detail = known.success ? words().accessRefusal[known.data](retryAfterMs === null ? {} : { retryAfterMs })
    : 'The log-in was refused.';
  const seconds = String(Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1_000)));
  return new Problem(reason === 'locked-out' ? 'too-many-requests' : 'login-refused', detail, { reason },
    retryAfterMs === null ? {} : { 'retry-after': seconds });
}
