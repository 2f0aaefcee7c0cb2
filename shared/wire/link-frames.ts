// What the link layer itself says inside frames: heartbeats, and why it says good-bye. Everything else in a frame is
// the message of the layer above. Every payload is a JSON object with `n`, counting up per direction from 1.
import { z } from 'zod';
import { CLOSE_CODES } from './close-reason.ts';
import { parseJsonObject } from './json.ts';
import type { JsonObject, JsonValue } from './json.ts';

const countSchema = z.int().positive();
const dataSchema = z.record(z.string(), z.custom<JsonValue>()).optional();

/**
 * Are you there? Carries the sender's clock, its best measurement of the clocks, and what the layer above adds. With
 * `answer: false` its ACK is enough, and it carries nothing more.
 */
export const pingSchema = z.object({
  type: z.literal('ping'),
  atMs: z.int(),
  answer: z.boolean().optional(),
  clock: z.object({ offsetMs: z.int(), roundTripMs: z.number().nonnegative() }).optional(),
  data: dataSchema,
});

/** The answer to the ping with number `ping`, with the responder's clock. */
export const pongSchema = z.object({ type: z.literal('pong'), ping: countSchema, atMs: z.int(), data: dataSchema });

/** The last frame before EOT: why the sender ends the link. Not acknowledged. An unknown code reads as `closed`. */
export const byeSchema = z.object({
  type: z.literal('bye'),
  code: z.enum(CLOSE_CODES).catch('closed'),
  detail: z.string().transform((text) => text.slice(0, 500)),
});

export type LinkFrame =
  | z.infer<typeof pingSchema> | z.infer<typeof pongSchema> | z.infer<typeof byeSchema>
  | { readonly type: 'message'; readonly message: JsonObject };

export const LINK_FRAME_EXAMPLES = [
  { n: 7, type: 'ping', atMs: 1_763_700_000_000, clock: { offsetMs: -12, roundTripMs: 0.4 } },
  { n: 8, type: 'ping', atMs: 1_763_700_001_000, answer: false },
  { n: 9, type: 'pong', ping: 7, atMs: 1_763_700_000_012 },
  { n: 10, type: 'bye', code: 'replaced', detail: 'another monitor authenticated as this point' },
] as const satisfies readonly JsonObject[];

const linkFrameSchema = z.discriminatedUnion('type', [pingSchema, pongSchema, byeSchema]);
const LINK_TYPES: readonly JsonValue[] = ['ping', 'pong', 'bye'];

/** True when the layer above may send this: it uses neither `n` nor a type of the link layer. */
export function isMessage(payload: JsonObject): boolean {
  return !('n' in payload) && !LINK_TYPES.includes(payload['type']);
}

/** Puts `n` in front of a payload's JSON, which must be an object. */
export function numbered(n: number, payloadJson: string): string {
  return payloadJson === '{}' ? `{"n":${n}}` : `{"n":${n},${payloadJson.slice(1)}`;
}

/** Reads a frame's payload; the reason in words when it is none. */
export function parseLinkFrame(text: string): { n: number; frame: LinkFrame } | { malformed: string } {
  const payload = parseJsonObject(text);
  if (payload === null) return { malformed: 'a payload that is not a JSON object' };
  const { n, ...message } = payload;
  if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 1) {
    return { malformed: 'a payload without its number n' };
  }
  if (!LINK_TYPES.includes(message['type'])) return { n, frame: { type: 'message', message } };
  const parsed = linkFrameSchema.safeParse(message);
  if (!parsed.success) return { malformed: `a ${String(message['type'])} with wrong fields` };
  return { n, frame: parsed.data };
}
