// Server-sent events to one client. One that does not read is ended: what waits for it is memory of ours. The parts of
// the response are named by their use here, so that nothing of node's HTTP is imported.
import type { EventStream } from './operation.ts';

export type RawResponse = {
  writeHead(status: number, headers: Readonly<Record<string, string | number | string[]>>): unknown;
  write(text: string): unknown;
  end(): unknown;
  destroy(): unknown;
  on(event: 'close' | 'error', listener: () => void): unknown;
  readonly writableLength: number;
};

/** Bytes that may wait for a client. */
const WAITING_BYTES = 256 * 1024;
/** A comment now and then keeps what lies between from closing the connection, and finds clients that are gone. */
const PING_MS = 15_000;

/** Answers with events; `begin` starts them and returns what stops them. */
export function streamEvents(
  raw: RawResponse, headers: Readonly<Record<string, string | number | string[]>>,
  begin: (events: EventStream) => () => void, onEnd: (why: 'gone' | 'slow' | 'over') => void,
): { end(): void } {
  let isOver = false;
  let stop: (() => void) | null = null;
  const timer = setInterval(() => write(': ping\n\n'), PING_MS).unref();

  function over(why: 'gone' | 'slow' | 'over'): void {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    stop?.();
    onEnd(why);
    if (why === 'over') raw.end();
    else raw.destroy();
  }

  function write(text: string): void {
    if (isOver) return;
    raw.write(text);
    if (raw.writableLength > WAITING_BYTES) over('slow');
  }

  raw.on('close', () => over('gone'));
  raw.on('error', () => over('gone'));
  raw.writeHead(200, {
    ...headers, 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  write(': hello\nretry: 2000\n\n');
  const begun = begin({
    send: ({ name, data, id }) => {
      write(`${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    end: () => over('over'),
  });
  stop = begun;
  // It may have ended while it began.
  if (raw.writableLength < 0 || isOverNow()) begun();
  return { end: () => over('over') };

  function isOverNow(): boolean {
    return isOver;
  }
}
