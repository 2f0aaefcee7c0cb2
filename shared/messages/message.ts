// How a message is defined: one file a message, with its schema, its place (topic or link), who keys it, how it is
// delivered, and an example that a test parses and the protocol page prints.
import { z } from 'zod';
import { correlationIdSchema, messageIdSchema } from '../ids.ts';
import { atMsSchema } from './values.ts';

/** The schema version that this code speaks. */
export const MESSAGE_VERSION = 1;

export const TOPICS = [
  'requests', 'commands', 'facts', 'meter', 'notices', 'progress', 'events', 'dead-letters',
] as const;
export type Topic = (typeof TOPICS)[number];

/** A TCP link and the direction on it. */
export type LinkDirection =
  | 'monitor→central' | 'central→monitor'
  | 'monitor→engine' | 'engine→monitor'
  | 'driver→central' | 'central→driver'
  | 'operator→central' | 'central→operator';

/** What every Kafka message carries: schema version, id, the sender's time (UTC ms) and the correlation id. */
const recordEnvelope = {
  v: z.literal(MESSAGE_VERSION),
  id: messageIdSchema,
  atMs: atMsSchema,
  corr: correlationIdSchema,
};

/** What every TCP frame carries: version, its own id, and the id of the frame that it answers, if it answers one. */
const frameEnvelope = {
  v: z.literal(MESSAGE_VERSION),
  id: messageIdSchema,
  re: messageIdSchema.nullable().default(null),
};

export type MessageInfo = {
  /** The topic's name without its prefix, or the link with its direction. */
  readonly channel: Topic | LinkDirection;
  readonly key: 'site' | 'driver' | 'source' | 'link';
  readonly delivery: string;
  readonly summary: string;
};

/** Defines a message of a Kafka topic. The type's own fields are added to the record envelope. */
export function defineRecord<const T extends string, F extends z.ZodRawShape>(
  definition: { type: T; fields: F; example: Record<string, unknown> } & MessageInfo & { channel: Topic },
) {
  const schema = z.object({ ...recordEnvelope, type: z.literal(definition.type), ...definition.fields });
  const example: unknown = {
    v: MESSAGE_VERSION, id: 'k7f2-104', atMs: 1_763_700_000_000, corr: 'c-9fk2', type: definition.type,
    ...definition.example,
  };
  return { ...definition, schema, example };
}

/** Defines a frame of a TCP link. The type's own fields are added to the frame envelope. */
export function defineFrame<const T extends string, F extends z.ZodRawShape>(
  definition: { type: T; fields: F; example: Record<string, unknown> } & MessageInfo & { channel: LinkDirection },
) {
  const schema = z.object({ ...frameEnvelope, type: z.literal(definition.type), ...definition.fields });
  const example: unknown = { v: MESSAGE_VERSION, id: 'f-17', type: definition.type, ...definition.example };
  return { ...definition, schema, example };
}
