// How we set kafkajs up: few retries of its own (we recover by ourselves), its log routed to ours, one fault mended,
// its slowest parts replaced.
import { createRequire } from 'node:module';
import { Kafka, logLevel } from 'kafkajs';
import type { Log } from '../log.ts';
import { quickenSends } from './fast-encoding.ts';
import { quickenRecords } from './fast-records.ts';

export type ClientOptions = { brokers: readonly string[]; clientId: string; log: Log; requestTimeoutMs: number };

/** Few and short: after them the caller rebuilds the client, which also heals what kafkajs's own retries do not. */
export const CLIENT_RETRY = {
  initialRetryTime: 50,
  maxRetryTime: 400,
  factor: 0.2,
  multiplier: 2,
  retries: 3,
} as const;

const CONNECTION_TIMEOUT_MS = 1_500;

/** A kafkajs client for one process. Nothing connects before it is asked to. */
export function kafkaClient(options: ClientOptions): Kafka {
  mendRequestQueue();
  quickenRecords();
  quickenSends();
  return new Kafka({
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: options.requestTimeoutMs,
    enforceRequestTimeout: true,
    retry: CLIENT_RETRY,
    logLevel: logLevel.WARN,
    // What kafkajs calls an error is a retry to us; what matters we log ourselves, once, as a change of state.
    logCreator:
      () =>
      ({ namespace, log }) =>
        options.log('debug', 'kafkajs', { namespace, message: log.message }),
  });
}

type RequestQueue = {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
};

const RECHECK_MS = 10;
let mended = false;

/**
 * kafkajs 2.2.4 arms a timer after every request even when nothing waits, with a delay far below zero: Node 24 warns
 * about it on the screen (#1751), and since the timer arms itself again, each connection wakes up a thousand times a
 * second. Here it is armed only while something waits.
 */
function mendRequestQueue(): void {
  if (mended) return;
  mended = true;
  const load = createRequire(import.meta.url);
  const queueClass = load('kafkajs/src/network/requestQueue/index.js') as { prototype: Record<string, unknown> };
  queueClass.prototype['scheduleCheckPendingRequests'] = function schedule(this: RequestQueue): void {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    const throttledMs = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledMs > 0 ? throttledMs : RECHECK_MS,
    );
  };
}
