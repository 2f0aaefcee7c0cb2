// What every request passes before anything of it is read: the rate of its address, who calls, the rate of her token,
// her permission, and whether what comes back is of a type that she takes.
import { type Caller, callerOf, bearerOf, insistOn } from './access.ts';
import type { Api, Operation } from './operation.ts';
import { Problem } from './problem.ts';

export type Counted = { readonly max: number; readonly remaining: number; readonly seconds: number; exceeded: boolean };

export type Incoming = {
  readonly address: string;
  readonly header: (name: string) => string | undefined;
  readonly setHeader: (name: string, value: string) => void;
  /** Counts this request under a key; null when it is not counted. */
  readonly count: (what: 'address' | 'token', key: string) => Promise<Counted | null>;
};

/** Who calls; throws a problem when the operation is not for her, or she asks too often. */
export async function passGate(incoming: Incoming, operation: Operation, api: Api): Promise<Caller | undefined> {
  if (api.isOver()) throw new Problem('unavailable', 'EV_Central has failed and starts again.', {}, RETRY);
  await insistOnRate(incoming, 'address', incoming.address);
  const caller = await callerOf({
    bearer: bearerOf(incoming.header('authorization')) ?? socketToken(incoming), key: incoming.header('x-api-key'),
  }, { state: api.state, tokens: api.tokens, nowMs: api.nowMs() });
  if (caller !== undefined) await insistOnRate(incoming, 'token', caller.accessId);
  if (operation.permission !== null) insistOn(caller, operation.permission);
  insistOnAcceptable(incoming.header('accept'), operation);
  return caller;
}

const RETRY = { 'retry-after': '5' };

/** A page in a browser cannot set the headers of a WebSocket: its token comes as a subprotocol. */
function socketToken({ header }: Incoming): string | undefined {
  if (header('upgrade')?.toLowerCase() !== 'websocket') return undefined;
  return /(?:^|,)\s*bearer\.([^\s,]+)/.exec(header('sec-websocket-protocol') ?? '')?.[1];
}

async function insistOnRate(incoming: Incoming, what: 'address' | 'token', key: string): Promise<void> {
  const counted = await incoming.count(what, key);
  if (counted === null) return;
  incoming.setHeader('ratelimit-limit', String(counted.max));
  incoming.setHeader('ratelimit-remaining', String(counted.remaining));
  incoming.setHeader('ratelimit-reset', String(counted.seconds));
  if (!counted.exceeded) return;
  throw new Problem('too-many-requests', `More than ${counted.max} requests in a minute of this ${what}.`, {},
    { 'retry-after': String(Math.max(1, counted.seconds)) });
}

function insistOnAcceptable(accept: string | undefined, { events, success }: Operation): void {
  if (accept === undefined || accept === '*/*' || (success.body === null && success.types === undefined)) return;
  const types = success.types ?? [events === true ? 'text/event-stream' : 'application/json'];
  const taken = accept.split(',').some((each) => {
    const [range = '', ...parameters] = each.trim().toLowerCase().split(/\s*;\s*/);
    if (parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) return false;
    return range === '*/*' || types.some((type) => range === type || range === `${type.split('/')[0] ?? ''}/*`);
  });
  if (!taken) throw new Problem('not-acceptable', `This answers with ${types.join(' or ')}.`);
}
