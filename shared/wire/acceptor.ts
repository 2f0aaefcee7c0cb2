// The server's half of links, without the sockets: opens what comes in, refuses what is too much, keeps the list.
import { LIMITS } from '../limits.ts';
import type { Log } from '../log.ts';
import type { Ticker } from './awake-timer.ts';
import type { CloseReason } from './close-reason.ts';
import type { JsonObject } from './json.ts';
import type { LinkSocket } from './link-socket.ts';
import { Link } from './link.ts';

export type AcceptorOptions = {
  /** An open link. Assign its `onMessage` and `onClose` here, before returning. */
  readonly onLink: (link: Link, remoteAddress: string) => void;
  /** False refuses the connection (NACK): asked at ENQ, before anything else is known. */
  readonly admit?: (remoteAddress: string) => boolean;
  readonly maxConnections: number;
  readonly heartbeatData?: () => JsonObject;
  readonly ticker: Ticker;
  readonly nowMs: () => number;
  readonly log: Log;
};

export type Acceptor = {
  accept(socket: LinkSocket): void;
  /** A connection was dropped before anything was known of it: told in the log, once a second with their number. */
  turnedAway(remoteAddress: string): void;
  /** Links that are open or opening. */
  count(): number;
  /** Ends every link with this reason. */
  closeAll(reason: CloseReason): void;
};

/** Ends that are part of normal life and not worth a warning. */
const QUIET: readonly string[] = ['closed', 'closed-by-peer', 'replaced', 'refused'];
/** A crowd is told of once a second, with its number, not once for each. */
const SAY_EVERY_MS = 1_000;

export function createAcceptor(options: AcceptorOptions): Acceptor {
  const { log } = options;
  const links = new Set<Link>();
  /** Those that have not said, or not proved, who they are: the oldest first. */
  const unnamed = new Map<Link, LinkSocket>();
  const dropped = { count: 0, sayAtMs: -Infinity };

  function accept(socket: LinkSocket): void {
    const { remoteAddress } = socket;
    makeRoom(remoteAddress);
    const link = new Link({
      socket, role: 'acceptor', ticker: options.ticker, nowMs: options.nowMs, heartbeatData: options.heartbeatData,
      admit: () => refusal(remoteAddress),
      opened: (opened) => options.onLink(opened, remoteAddress),
      named: (named, isNamed) => void (isNamed ? unnamed.delete(named) : unnamed.set(named, socket)),
      closed: forget,
    });
    links.add(link);
    unnamed.set(link, socket);
    link.start();
  }

  /** Who means well says who it is within milliseconds: among those that have not, the oldest goes, without a word. */
  function makeRoom(remoteAddress: string): void {
    if (unnamed.size < LIMITS.unnamedConnections && links.size < options.maxConnections) return;
    const [oldest] = unnamed;
    if (oldest === undefined) return;
    const [link, socket] = oldest;
    unnamed.delete(link);
    links.delete(link);
    socket.destroy();
    turnedAway(remoteAddress);
  }

  function turnedAway(remoteAddress: string): void {
    dropped.count += 1;
    const nowMs = options.ticker.awakeMs();
    if (nowMs < dropped.sayAtMs) return;
    log('warn', 'connections-dropped', { count: dropped.count, open: links.size, last: remoteAddress });
    dropped.count = 0;
    dropped.sayAtMs = nowMs + SAY_EVERY_MS;
  }

  function refusal(remoteAddress: string): string | null {
    if (links.size > options.maxConnections) return `${options.maxConnections} connections are open`;
    return options.admit === undefined || options.admit(remoteAddress) ? null : 'this address is not admitted now';
  }

  function forget(link: Link, reason: CloseReason): void {
    links.delete(link);
    unnamed.delete(link);
    const level = QUIET.includes(reason.code) ? 'debug' : 'warn';
    log(level, 'link-closed', { remoteAddress: link.remoteAddress, ...reason });
  }

  return {
    accept, turnedAway,
    count: () => links.size,
    closeAll: (reason) => {
      for (const link of [...links]) link.close(reason);
    },
  };
}
