// A peer that speaks bytes, not links: it connects to EV_Central, sends what it was given, acknowledges what it gets,
// and tells what came. For the drills that replay what they captured.
import { parseAddress } from '../../shared/config.ts';
import { CONTROL, createFrameDecoder, encodeFrame, type FrameEvent } from '../../shared/wire/frame-codec.ts';
import type { LinkSocket } from '../../shared/wire/link-socket.ts';
import { LIMITS } from '../../shared/limits.ts';
import { tcpConnect } from '../../shared/wire/tcp-socket.ts';
import { until } from './patience.ts';

const ACK = Buffer.of(CONTROL.ack);
const ANSWER_MS = 10_000;

export type RawPeer = {
  send(bytes: Uint8Array): void;
  /** Acknowledgements so far. */
  acks(): number;
  /** Payloads of the frames that came, each number once. */
  frames(): readonly Readonly<Record<string, unknown>>[];
  /** The first frame of a type. */
  frame(type: string): Promise<Readonly<Record<string, unknown>>>;
  untilAcks(count: number): Promise<void>;
  isEnded(): boolean;
  close(): void;
};

/** Connects in plain TCP, or over TLS with this authority (PEM). */
export async function connectRaw(address: string, ca: string | null = null): Promise<RawPeer> {
  const target = parseAddress(address);
  if (target === null) throw new Error(`${address} is no address`);
  const connect = tcpConnect({ ...target, tls: ca === null ? null : { ca }, insecure: false, insecureFlag: '' });
  const socket = await new Promise<LinkSocket>((connected, failed) => void connect({ connected, failed }));
  const decoder = createFrameDecoder(LIMITS);
  const events: FrameEvent[] = [];
  let ended = false;
  socket.listen({
    data: (chunk) => {
      for (const event of decoder.push(chunk)) {
        events.push(event);
        if (event.kind === 'frame') socket.write(ACK);
      }
    },
    closed: () => { ended = true; },
  });
  const acks = (): number => events.filter((event) => event.kind === 'ack').length;
  const frames = (): Readonly<Record<string, unknown>>[] => {
    const byNumber = new Map(events.flatMap((event) => (event.kind === 'frame' ? [payloadOf(event.payload)] : []))
      .map((payload) => [payload['n'], payload]));
    return [...byNumber.values()];
  };
  return {
    acks, frames, isEnded: () => ended,
    send: (bytes) => socket.write(bytes),
    async frame(type) {
      const { value } = await until(() => frames().find((payload) => payload['type'] === type),
        (found) => found !== undefined, { what: `a frame ${type} of EV_Central`, timeoutMs: ANSWER_MS });
      return value ?? {};
    },
    async untilAcks(count) {
      await until(acks, (seen) => seen >= count, { what: `${count} acknowledgements`, timeoutMs: ANSWER_MS });
    },
    close: () => socket.destroy(),
  };
}

/** The frames in a captured stream, each with its bytes. */
export function framesIn(stream: Buffer): { payload: Readonly<Record<string, unknown>>; bytes: Buffer }[] {
  return createFrameDecoder(LIMITS).push(stream).flatMap((event) => (event.kind === 'frame'
    ? [{ payload: payloadOf(event.payload), bytes: encodeFrame(event.payload) }] : []));
}

function payloadOf(text: string): Readonly<Record<string, unknown>> {
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}
