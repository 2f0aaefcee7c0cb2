// One HTTP request of a channel, and what its answer means: which failures may be tried again, and when.
import type { Outcome } from '../core/state.ts';
import { failure } from './port.ts';

const ANSWER_MS = 10_000;
/** Of an answer so much is read, for its id. */
const ANSWER_BYTES = 16_384;
const LONGEST_WAIT_MS = 3_600_000;

export type Post = {
  readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string | Buffer;
};

export async function post({ url, headers, body }: Post, nowMs: () => number): Promise<Outcome> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST', headers, body: typeof body === 'string' ? body : new Uint8Array(body), redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  } catch (error) {
    return failure(`no answer (${codeOf(error)})`, true);
  }
  const { status } = response;
  if (status >= 200 && status < 300) return { ok: true, providerId: await idOf(response) };
  await response.body?.cancel().catch(() => undefined);
  const mayRetry = status >= 500 || status === 408 || status === 425 || status === 429;
  return failure(`answered ${status}`, mayRetry, retryAfterMs(response.headers.get('retry-after'), nowMs()));
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(text: string | null, nowMs: number): number | null {
  if (text === null) return null;
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isFinite(waitMs) ? Math.min(LONGEST_WAIT_MS, Math.max(0, waitMs)) : null;
}

/** What the other side calls it: in one of the fields that such services use. */
async function idOf(response: Response): Promise<string | null> {
  try {
    const text = await response.text();
    if (text.length > ANSWER_BYTES) return null;
    const answer = JSON.parse(text) as unknown;
    if (typeof answer !== 'object' || answer === null) return null;
    for (const name of ['id', 'messageId', 'message_id', 'sid']) {
      const value = (answer as Readonly<Record<string, unknown>>)[name];
      if (typeof value === 'string' || typeof value === 'number') return String(value).slice(0, 100);
    }
    return null;
  } catch {
    return null; // it was taken, whatever else it said
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const cause = error.cause;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  return error.name;
}
