// One HTTP request of a channel, and what its answer means: which failures may be tried again, and when. Redirections
// are not followed. Where the address comes from others, the addresses behind its name are looked at before anything
// connects to one of them, and the connection goes to one that was looked at.
import { lookup } from 'node:dns';
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { ipOf } from '../../shared/wire/private-address.ts';
import type { Outcome } from '../core/state.ts';
import { failure } from './port.ts';

const ANSWER_MS = 15_000;
/** Of an answer so much is read, for its id. */
const ANSWER_BYTES = 16_384;
const LONGEST_WAIT_MS = 3_600_000;
const NOT_ALLOWED = 'ADDRESS_NOT_ALLOWED';

export type Post = {
  readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string | Buffer;
  /** May this IP address be connected to? Left out: each. */
  readonly mayReach?: (address: string) => boolean;
};

// Connections are kept for the next request, and those that were looked at are no others'.
const OPEN = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };
const GUARDED = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };

export async function post(given: Post, nowMs: () => number): Promise<Outcome> {
  let response: IncomingMessage;
  try {
    response = await answerTo(given);
  } catch (error) {
    const code = codeOf(error);
    if (code !== NOT_ALLOWED) return failure(`no answer (${code})`, true);
    // Names are answered differently at times, also by mistake: nothing is lost by asking again.
    return failure('its address is of a private network or of this machine, which is not allowed here', true);
  }
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return { ok: true, providerId: await idOf(response) };
  response.destroy();
  const mayRetry = status >= 500 || status === 408 || status === 425 || status === 429;
  const waitMs = retryAfterMs(response.headers['retry-after'] ?? null, nowMs());
  const refused = failure(`answered ${status}`, mayRetry, waitMs);
  return status === 410 ? { ...refused, isGone: true } : refused;
}

function answerTo({ url, headers, body, mayReach }: Post): Promise<IncomingMessage> {
  const { protocol, hostname } = new URL(url);
  const isSecure = protocol === 'https:';
  const ip = ipOf(hostname);
  return new Promise((resolve, reject) => {
    // A name is looked up, an address is not.
    if (mayReach !== undefined && ip !== null && !mayReach(ip)) return reject(notAllowed());
    const agents = mayReach === undefined ? OPEN : GUARDED;
    const sent = (isSecure ? httpsRequest : httpRequest)(url, {
      method: 'POST', agent: isSecure ? agents['https:'] : agents['http:'], signal: AbortSignal.timeout(ANSWER_MS),
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      ...(mayReach === undefined ? {} : { lookup: guardedLookup(mayReach) }),
    });
    sent.on('response', resolve).on('error', reject).end(body);
  });
}

function guardedLookup(mayReach: (address: string) => boolean): NonNullable<RequestOptions['lookup']> {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, []);
      const allowed = found.filter(({ address }) => mayReach(address));
      const [first] = allowed;
      if (first === undefined) return done(notAllowed(), []);
      if (options.all === true) done(null, allowed);
      else done(null, first.address, first.family);
    });
  };
}

function notAllowed(): NodeJS.ErrnoException {
  return Object.assign(new Error('not allowed'), { code: NOT_ALLOWED });
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(text: string | null, nowMs: number): number | null {
  if (text === null) return null;
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isFinite(waitMs) ? Math.min(LONGEST_WAIT_MS, Math.max(0, waitMs)) : null;
}

/** What the other side calls it: in one of the fields that such services use. */
async function idOf(response: IncomingMessage): Promise<string | null> {
  try {
    const text = await textOf(response);
    if (text === null) return null;
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

/** Null: it is longer than anybody needs. */
async function textOf(response: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > ANSWER_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
