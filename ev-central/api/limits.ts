// The limits of the API, by name.
export const API_LIMITS = {
  /** Bytes of a body. The largest order, a thousand points, needs 70,000. */
  bodyBytes: 128 * 1024,
  /** Bytes of all headers together. */
  headerBytes: 16 * 1024,
  /** Characters of a parameter in the path. */
  paramCharacters: 128,
  /** Headers must be whole within this time … */
  headersMs: 10_000,
  /** … and the request as a whole within this. */
  requestMs: 30_000,
  /** A connection on which nothing moves. Streams are pinged more often. */
  idleMs: 60_000,
  /** Between two requests of one connection. */
  keepAliveMs: 30_000,
  connections: 10_000,
  /** Counted tokens and addresses, each; the oldest are forgotten. */
  counted: 20_000,
  /** Bytes of a message on a WebSocket, and messages of one in a second. */
  socketBytes: 4_096,
  socketMessages: 20,
  /** Bytes that may wait for a WebSocket that does not read. */
  socketWaitingBytes: 256 * 1024,
  /** Pause between two pings of a WebSocket; one that missed one is ended. */
  socketPingMs: 15_000,
  /** Sessions that one WebSocket follows. */
  socketSessions: 100,
} as const;
