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
  /** Links that are open or opening. */
  count(): number;
  /** Ends every link with this reason. */
  closeAll(reason: CloseReason): void;
};

/** Ends that are part of normal life and not worth a warning. */
const QUIET: readonly string[] = ['closed', 'closed-by-peer', 'replaced', 'refused'];

export function createAcceptor(options: AcceptorOptions): Acceptor {
  const { log } = options;
  const links = new Set<Link>();
  /** Those whose first message has not come. */
  const unnamed = new Set<Link>();

  function accept(socket: LinkSocket): void {
    const { remoteAddress } = socket;
    if (unnamed.size >= LIMITS.unnamedConnections) {
      log('warn', 'connection-dropped', { remoteAddress, detail: `${unnamed.size} connections without an identity` });
      socket.destroy();
      return;
    }
    const link = new Link({
      socket, role: 'acceptor', ticker: options.ticker, nowMs: options.nowMs, heartbeatData: options.heartbeatData,
      admit: () => refusal(remoteAddress),
      opened: (opened) => options.onLink(opened, remoteAddress),
      named: (named) => unnamed.delete(named),
      closed: forget,
    });
    links.add(link);
    unnamed.add(link);
    link.start();
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
    accept,
    count: () => links.size,
    closeAll: (reason) => {
      for (const link of [...links]) link.close(reason);
    },
  };
}
