// What an operation gives to the core, and what it makes of the core's answer. Calls that move money or energy carry an
// id made from who calls and her idempotency key: the core carries each out once, whatever is sent again.
import { assertNever } from '../../shared/assert.ts';
import { messageId, type RequestId, requestId, type SessionId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Request } from '../../shared/messages/catalogue.ts';
import { MESSAGE_VERSION } from '../../shared/messages/message.ts';
import type { Order } from '../../shared/messages/orders.ts';
import type { Refusal } from '../../shared/messages/refusal.ts';
import type { Fit, Goal, Target } from '../../shared/messages/values.ts';
import { words } from '../../shared/words.ts';
import type { ApiAnswer, OrderAnswer, RequestAnswer } from '../core/api-rows.ts';
import type { ApiCallBody, ApiChange } from '../core/inputs.ts';
import type { Caller } from './access.ts';
import { type Api, type Ask, etagOf } from './operation.ts';
import type { Frame } from './ports.ts';
import { Problem, type ProblemCode } from './problem.ts';
import { sha256 } from './tokens.ts';

type AnyAsk = Ask<unknown, unknown, unknown>;

/** What a driver asks for. */
export type Wanted =
  | { readonly type: 'charge'; readonly target: Target; readonly fit: Fit; readonly goal: Goal; mayQueue: boolean }
  | { readonly type: 'stop'; readonly sessionId: SessionId }
  | { readonly type: 'cancel'; readonly cancels: RequestId };

/** A driver's request, carried out once. Throws a problem with the reason in words when it is refused. */
export async function request(api: Api, ask: AnyAsk, operationId: string, wanted: Wanted): Promise<RequestAnswer> {
  const caller = callerIn(ask);
  const callId = callIdOf(ask);
  const answer = await call(api, ask, operationId, callId, {
    kind: 'request', request: requestOf(api, ask, caller, callId, wanted),
  });
  if (answer.kind !== 'request') throw new Problem('key-reused', KEY_REUSED);
  if (answer.outcome !== 'refused' || answer.reason === null) return answer;
  throw new Problem(problemOfRefusal(answer.reason), words().refusal[answer.reason](answer.facts),
    { reason: answer.reason });
}

/** An order under the idempotency key, carried out once. Whether it is hers to give, the core says. */
export async function orderOnce(api: Api, ask: AnyAsk, operationId: string, order: Order): Promise<OrderAnswer> {
  const caller = callerIn(ask);
  const answer = await call(api, ask, operationId, callIdOf(ask), {
    // Drivers give some orders about what is theirs; the core knows which.
    kind: 'order', order, by: caller.userId, role: caller.role, address: ask.address,
  });
  if (answer.kind !== 'order') throw new Problem('key-reused', KEY_REUSED);
  return insistOnDone(answer);
}

/**
 * An edit of the registry. `current` reads what is edited: when its turn has come and it is not the version that
 * If-Match names, nothing is done.
 */
export function edit(
  api: Api, ask: AnyAsk, order: Order | (() => Order), current: () => unknown,
): Promise<OrderAnswer> {
  return give(api, ask, typeof order === 'function' ? order : () => order, precondition(ask, current));
}

/** An order that a repeat does not do twice, or that only makes secrets anew: without key and version. */
export function orderNow(api: Api, ask: AnyAsk, order: Order): Promise<OrderAnswer> {
  return give(api, ask, () => order, () => true);
}

/** The order is made when its turn has come, of what is there then. */
async function give(api: Api, ask: AnyAsk, order: () => Order, still: () => boolean): Promise<OrderAnswer> {
  const { userId: by, role } = callerIn(ask);
  const orderId = requestId(`api-${api.randomBytes(12).toString('hex')}`);
  const { address } = ask;
  const frame = await put(api, {
    still, make: (to) => ({ kind: 'order', orderId, order: order(), by, role, address, answer: to }),
  });
  if (frame === 'stale') throw stale();
  return insistOnDone({ kind: 'order', ...frame } as unknown as OrderAnswer);
}

/** A change of log-ins or keys. */
export async function changeAccess(
  api: Api, ask: Pick<AnyAsk, 'address'>, by: Caller | undefined, change: ApiChange,
): Promise<Frame> {
  const frame = await put(api, {
    make: (to) => ({ kind: 'api-access', ...to, by: by?.userId ?? null, address: ask.address, change }),
  });
  if (frame === 'stale') throw stale();
  return frame;
}

export function callerIn({ caller }: Pick<AnyAsk, 'caller'>): Caller {
  if (caller === undefined) throw new Problem('not-authenticated', 'Log in first.');
  return caller;
}

/** Gives something to the core. While too much waits for it, nothing more is taken. */
export async function put(api: Api, asking: Parameters<Api['ask']>[0]): Promise<Frame | 'stale'> {
  if (api.isFull() || api.isOver()) {
    throw new Problem('unavailable', 'EV_Central has too much to do. Try again in some seconds.', {},
      { 'retry-after': '5' });
  }
  try {
    return await api.ask(asking);
  } catch {
    throw new Problem('unavailable', 'EV_Central did not answer. Ask again with the same idempotency key.', {},
      { 'retry-after': '5' });
  }
}

async function call(
  api: Api, ask: AnyAsk, operationId: string, callId: RequestId, body: ApiCallBody,
): Promise<ApiAnswer> {
  const bodySha256 = sha256(JSON.stringify([operationId, ask.params, ask.query, ask.body]));
  const frame = await put(api, { make: (to) => ({ kind: 'api-call', ...to, callId, bodySha256, call: body }) });
  const answer = frame === 'stale' ? null : frame['answer'] as ApiAnswer | null;
  if (answer === null) throw new Problem('key-reused', KEY_REUSED);
  return answer;
}

const KEY_REUSED = 'This idempotency key was used for another request. Take a new key for each thing that you want.';
const KEY_PATTERN = /^[A-Za-z0-9_.:-]{8,100}$/;

function callIdOf(ask: AnyAsk): RequestId {
  const key = ask.header('idempotency-key');
  if (key === undefined || !KEY_PATTERN.test(key)) {
    throw new Problem('bad-request', 'This moves money or energy: send an Idempotency-Key, and the same one again when '
      + 'you repeat the request.', {
      errors: [{ path: 'header.Idempotency-Key', message: '8 to 100 letters, digits, "_", ".", ":" or "-"' }],
    });
  }
  return requestId(`api-${sha256(`${callerIn(ask).userId}\n${key}`)}`);
}

const VERSION: typeof MESSAGE_VERSION = MESSAGE_VERSION;

function requestOf(api: Api, ask: AnyAsk, caller: Caller, callId: RequestId, wanted: Wanted): Request {
  const atMs = api.nowMs();
  const common = {
    v: VERSION, id: messageId(callId), atMs, corr: ask.requestId, requestId: callId, driverId: caller.userId,
  };
  switch (wanted.type) {
    case 'charge': return { ...common, ...wanted, expiresAtMs: atMs + LIMITS.requestExpiryMs };
    case 'stop': return { ...common, ...wanted };
    case 'cancel': return { ...common, ...wanted };
    default: return assertNever(wanted, 'wanted');
  }
}

function problemOfRefusal(reason: Refusal): ProblemCode {
  switch (reason) {
    case 'point-unknown': case 'site-unknown': case 'connector-unknown': case 'no-such-session': return 'not-found';
    case 'not-yours': return 'forbidden';
    case 'bus-down': case 'central-overloaded': return 'unavailable';
    default: return 'refused';
  }
}

/** What an order came to. Throws a problem in its words when it was refused. */
export function insistOnDone(answer: OrderAnswer): OrderAnswer {
  if (answer.outcome === 'done') return answer;
  const text = answer.text.charAt(0).toUpperCase() + answer.text.slice(1);
  const lines = answer.lines.slice(0, 20).map(({ what, outcome }) => ({ path: what, message: outcome }));
  throw new Problem(answer.text.startsWith('no such ') ? 'not-found' : 'refused', `${text}.`,
    { reason: 'order-refused', ...(lines.length === 0 ? {} : { errors: lines }) });
}

/** Throws unless what is edited is the version that If-Match names: before anything is reckoned for the edit. */
export function insistOnVersion(ask: AnyAsk, current: () => unknown): void {
  precondition(ask, current);
}

/** Null in If-Match's place is `If-None-Match: *`: it must not be there yet. */
function precondition(ask: AnyAsk, current: () => unknown): () => boolean {
  const match = ask.header('if-match');
  const noneMatch = ask.header('if-none-match');
  if (match === undefined && noneMatch !== '*') {
    throw new Problem('precondition-required',
      'Send If-Match with the ETag that you read, or "If-None-Match: *" to make something new.');
  }
  const holds = (): boolean => {
    const row = current();
    if (row === undefined) return match === undefined;
    return match !== undefined && (match === '*' || match.split(',').some((each) => each.trim() === etagOf(row)));
  };
  if (!holds()) throw stale();
  return holds;
}

function stale(): Problem {
  return new Problem('stale', 'It is not the version that you name: read it again, and change that one.');
}
