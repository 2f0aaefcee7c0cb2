// The socket as a link needs it: a port, so that the simulation can put its own in its place.

export type SocketEvents = {
  data(chunk: Uint8Array): void;
  /** The connection is over, by its end or by an error; called once, and nothing after it. */
  closed(error: Error | null): void;
};

export type LinkSocket = {
  /** The peer's address, for logs. */
  readonly remoteAddress: string;
  /** The peer is a process of this machine. */
  readonly isLocal: boolean;
  /** Begins to deliver; nothing is lost before. Called once. */
  listen(events: SocketEvents): void;
  write(data: Uint8Array): void;
  /** Bytes that were written and that the system has not taken yet. */
  bufferedBytes(): number;
  /** Sends what was written, then ends our half. */
  end(): void;
  destroy(): void;
  pause(): void;
  resume(): void;
};

/** Starts one attempt to connect; exactly one of the two events follows unless it is cancelled. */
export type Connect = (events: {
  connected(socket: LinkSocket): void;
  failed(error: Error): void;
}) => { cancel(): void };
