// Live updates on a WebSocket: a driver gets her notices and her charges by themselves; more is asked for in messages
// of one line of JSON each. One that does not read, does not answer pings or says too much is ended.
import { z } from 'zod';
import { type SessionId, sessionIdSchema, siteIdSchema, type UserId } from '../../shared/ids.ts';
import type { Caller } from './access.ts';
import { API_LIMITS } from './limits.ts';
import type { LiveEvent, Watching } from './live.ts';
import type { Api } from './operation.ts';
import { mayDo, type Permission } from './permission.ts';

/** What is used of a WebSocket. */
export type Socket = {
  readonly bufferedAmount: number;
  send(text: string): void;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'message', listener: (data: { toString(): string }, isBinary: boolean) => void): unknown;
  on(event: 'close' | 'error' | 'pong', listener: () => void): unknown;
};

export const SUBPROTOCOL = 'ev.v1';

const messageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('watch-points'), siteId: siteIdSchema.nullable().default(null) }),
  z.strictObject({ type: z.literal('unwatch-points') }),
  z.strictObject({ type: z.literal('watch-session'), sessionId: sessionIdSchema }),
  z.strictObject({ type: z.literal('unwatch-session'), sessionId: sessionIdSchema }),
]);
type Message = z.infer<typeof messageSchema>;

const SECOND_MS = 1_000;
/** RFC 6455, 7.4.1: going away, a violated policy. */
const GOING_AWAY = 1001;
const POLICY = 1008;

export function serveSocket(socket: Socket, caller: Caller, api: Api): void {
  const asked = new Set<SessionId>();
  let points: Watching['points'] = null;
  let heardPong = true;
  let budget: number = API_LIMITS.socketMessages;

  const send = (event: LiveEvent | { name: string; data: unknown }): void => {
    socket.send(JSON.stringify({ type: event.name, data: event.data }));
    if (socket.bufferedAmount > API_LIMITS.socketWaitingBytes) socket.terminate();
  };
  const end = (): void => socket.close(GOING_AWAY, 'the log-in or EV_Central is over');
  let stop: () => void;
  try {
    stop = api.live.watch(() => ({
      caller, points, sessions: new Set([...asked, ...ownOpen(api, caller.userId)]), notices: caller.userId,
      allNotices: true, send, end, endsWithSessions: false,
    }));
  } catch {
    return socket.close(POLICY, 'too many streams');
  }
  const pings = setInterval(() => {
    if (!heardPong) return socket.terminate();
    heardPong = false;
    socket.ping();
  }, API_LIMITS.socketPingMs).unref();
  const refills = setInterval(() => {
    budget = API_LIMITS.socketMessages;
  }, SECOND_MS).unref();
  const over = (): void => {
    stop();
    clearInterval(pings);
    clearInterval(refills);
  };
  socket.on('close', over);
  socket.on('error', () => socket.terminate());
  socket.on('pong', () => {
    heardPong = true;
  });
  socket.on('message', (data, isBinary) => {
    budget -= 1;
    if (budget < 0) return socket.close(POLICY, 'too many messages');
    const message = isBinary ? undefined : parse(data.toString());
    const refusal = message === undefined ? 'the message cannot be read' : take(message);
    send({ name: refusal === null ? 'taken' : 'refused', data: { detail: refusal } });
  });

  /** Null, or why not. */
  function take(message: Message): string | null {
    switch (message.type) {
      case 'watch-points':
        if (!may(caller, 'points:read')) return 'this needs points:read';
        points = { siteId: message.siteId, pointId: null };
        return null;
      case 'unwatch-points':
        points = null;
        return null;
      case 'watch-session': {
        const session = api.state.sessions.get(message.sessionId);
        const seen = session !== undefined && (session.driverId === caller.userId || may(caller, 'sessions:read'));
        if (!seen) return 'there is no such charge under way';
        if (asked.size >= API_LIMITS.socketSessions) return 'you follow as many charges as one socket may';
        asked.add(message.sessionId);
        return null;
      }
      case 'unwatch-session':
        asked.delete(message.sessionId);
        return null;
    }
  }
}

function ownOpen({ state }: Api, userId: UserId): Iterable<SessionId> {
  return state.sessionIndex.ofDriver(userId);
}

function may({ role, scopes }: Caller, permission: Permission): boolean {
  return mayDo(role, permission) && (scopes === null || scopes.includes(permission));
}

function parse(text: string): Message | undefined {
  try {
    const parsed = messageSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
