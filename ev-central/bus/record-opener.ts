// From a Kafka record to an input of the core: who sealed it, is it for us, does it say what its sender may say.
// Whatever is not right becomes a dead letter, still sealed, with the reason; nothing is thrown.
import { assertNever } from '../../shared/assert.ts';
import type { BusRecord } from '../../shared/bus/port.ts';
import { checkMessage, factSchema, requestSchema } from '../../shared/messages/catalogue.ts';
import type { DeadLetterReason } from '../../shared/messages/values.ts';
import { CENTRAL, open } from '../../shared/seal.ts';
import type { BadFact, Input } from '../core/inputs.ts';
import type { KeyRow } from '../core/rows.ts';
import { badFact, readBadFact } from './bad-fact.ts';
import type { KeyRing } from './key-ring.ts';
import { parseMeterSample } from './meter-parser.ts';

/** The topics that Central reads. */
export const INTAKE_TOPICS = ['requests', 'facts', 'meter'] as const;
export type IntakeTopic = (typeof INTAKE_TOPICS)[number];

export type OpenerOptions = {
  readonly keys: KeyRing;
  /** Is there a point or a user of this id? */
  readonly isKnown: (sender: string) => boolean;
};

/** More is no message of ours: the largest fact has 2 KiB. */
const RECORD_BYTES = 64 * 1024;
const HEADERS_KEPT = 16;
const HEADER_CHARS = 200;

/**
 * Opens one record. `nowMs` is Central's time (keys of log-ins expire), `text` what it says if it was opened before
 * with the key that its headers name.
 */
export function openRecord(
  record: BusRecord, topic: IntakeTopic, at: { readonly nowMs: number; readonly text?: string | undefined },
  options: OpenerOptions,
): Input {
  const { headers } = record;
  const { from = '', to = '', kid = '', mid = '' } = headers;
  if (record.value.length > RECORD_BYTES) return deadLetter(record, 'too-large', `${record.value.length} bytes`);
  if (to !== CENTRAL) return deadLetter(record, 'not-for-us', `it is for ${shortened(to) || 'nobody'}`);
  const row = options.keys.row(kid);
  if (row === undefined || row.ownerId !== from) {
    return options.isKnown(from)
      ? deadLetter(record, 'wrong-key', `${shortened(kid) || 'no key'} is not a key of ${shortened(from)}`)
      : deadLetter(record, 'unknown-sender', `nobody here is called ${shortened(from) || '(nothing)'}`);
  }
  const objection = objectionTo(row, topic, at.nowMs);
  if (objection !== null) return deadLetter(record, 'wrong-key', objection);
  const text = at.text ?? open(options.keys.sealKey(row), 'up', record.topic, { from, to, kid, mid }, record.value);
  if (text === undefined) return deadLetter(record, 'wrong-key', `it cannot be opened with ${kid}`);
  return parse(record, topic, text, row);
}

/** A record of this place whose handling failed again and again; `input` is what it says. */
export function poisoned(record: BusRecord, input: Input): Input {
  const fact = input.kind === 'fact' ? badFact(input.fact, input.fact.pointId) : null;
  return deadLetter(record, 'impossible', 'handling it failed repeatedly; see the log for the fault', fact);
}

/** Where a record stands: topic with prefix, partition and offset. */
export function placeOf(record: Pick<BusRecord, 'topic' | 'partition' | 'offset'>): string {
  return `${record.topic}/${record.partition}@${record.offset}`;
}

/** Why this key may not be used for a record of this topic; null when it may. */
function objectionTo(row: KeyRow, topic: IntakeTopic, nowMs: number): string | null {
  if (row.kind !== (topic === 'requests' ? 'login' : 'point')) return `${row.keyId} is not for ${topic}`;
  if (row.revokedAtMs !== null) return `key ${row.keyId} was revoked`;
  // A point's key that expired or was replaced still serves for reports: expiry limits starting, not reporting.
  const expired = row.kind === 'login' && row.expiresAtMs !== null && row.expiresAtMs <= nowMs;
  return expired ? `key ${row.keyId} has expired` : null;
}

function parse(record: BusRecord, topic: IntakeTopic, text: string, row: KeyRow): Input {
  const sender = row.ownerId;
  switch (topic) {
    case 'meter': {
      const parsed = parseMeterSample(text);
      if (!parsed.ok) return deadLetter(record, parsed.reason, parsed.detail);
      if (parsed.message.pointId !== sender) return spoofed(record, parsed.message.pointId);
      return { kind: 'meter', sample: parsed.message, sender };
    }
    case 'facts': {
      const parsed = parseText(factSchema, text);
      if (!parsed.ok) return deadLetter(record, parsed.reason, parsed.detail, readBadFact(text, sender));
      if (parsed.message.pointId !== sender) return spoofed(record, parsed.message.pointId, readBadFact(text, sender));
      return { kind: 'fact', fact: parsed.message, sender, keyId: row.keyId };
    }
    case 'requests': {
      const parsed = parseText(requestSchema, text);
      if (!parsed.ok) return deadLetter(record, parsed.reason, parsed.detail);
      if (parsed.message.driverId !== sender) return spoofed(record, parsed.message.driverId);
      return { kind: 'request', request: parsed.message, sender };
    }
    default:
      return assertNever(topic, 'topic of the intake');
  }
}

/** As `parseMessage`, but its reason never repeats what was in the message: dead letters are shown. */
function parseText<S extends Parameters<typeof checkMessage>[0]>(schema: S, text: string) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false as const, reason: 'malformed' as const, detail: 'not JSON' };
  }
  return checkMessage<S>(schema, value);
}

function spoofed(record: BusRecord, named: string, fact: BadFact | null = null): Input {
  return deadLetter(record, 'impossible', `it speaks for ${shortened(named)}`, fact);
}

function deadLetter(
  record: BusRecord, reason: DeadLetterReason, detail: string, fact: BadFact | null = null,
): Input {
  const kept = Object.entries(record.headers).slice(0, HEADERS_KEPT)
    .map(([name, value]) => [shortened(name), shortened(value)]);
  return {
    kind: 'dead-letter', source: placeOf(record), reason, detail, fact,
    claimedSender: shortened(record.headers['from'] ?? ''),
    headers: Object.fromEntries(kept) as Record<string, string>,
    payloadBase64: record.value.subarray(0, RECORD_BYTES).toString('base64'),
  };
}

function shortened(text: string): string {
  return text.length <= HEADER_CHARS ? text : `${text.slice(0, HEADER_CHARS)}…`;
}
