import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { checkMessage, MESSAGES, parseMessage, requestSchema, TOPIC_SCHEMAS } from './catalogue.ts';
import { ticketIssued } from './ticket-issued.ts';

describe('every message', () => {
  it.each(MESSAGES.map((m) => [m.type, m] as const))('%s parses its own example', (_type, message) => {
    expect(checkMessage(message.schema, message.example)).toMatchObject({ ok: true });
  });

  it.each(MESSAGES.map((m) => [m.type, m] as const))('%s never throws on a damaged example', (_type, message) => {
    const fields = Object.keys(message.example as object);
    fc.assert(fc.property(fc.constantFrom(...fields), fc.anything(), (field, junk) => {
      const parsed = checkMessage(message.schema, { ...(message.example as object), [field]: junk });
      if (!parsed.ok) expect(parsed.detail.length).toBeGreaterThan(0);
    }), { numRuns: 60 });
  });

  it('stands in the catalogue when it has a file', () => {
    const defined = readdirSync(import.meta.dirname)
      .filter((file) => /= define(Record|Frame)\(/.test(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')));
    expect(MESSAGES.length).toBe(defined.length);
  });

  it('has a type of its own on its channel', () => {
    const names = MESSAGES.map((m) => `${m.channel} ${m.type}`);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('parsing', () => {
  it('ignores unknown fields, so that a newer sender can be understood', () => {
    const example = MESSAGES[0].example as object;
    const parsed = checkMessage(requestSchema, { ...example, color: 'red' });
    expect(parsed).toMatchObject({ ok: true });
  });

  it('reads a ticket of an older sender as one of which no VAT was reckoned', () => {
    const { ticket: { vat: _vat, ...older }, ...notice } = ticketIssued.schema.parse(ticketIssued.example);
    expect(checkMessage(ticketIssued.schema, { ...notice, ticket: older })).toMatchObject({
      ok: true, message: { ticket: { ...older, vat: [] } },
    });
  });

  it('tells an unknown type from a bad field', () => {
    const example = MESSAGES[0].example as object;
    expect(checkMessage(requestSchema, { ...example, type: 'dance' })).toMatchObject({ reason: 'unknown-type' });
    expect(checkMessage(requestSchema, { ...example, driverId: 7 })).toMatchObject({
      reason: 'malformed', detail: expect.stringContaining('driverId') as string,
    });
  });

  it('answers any text with a value', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      for (const schema of Object.values(TOPIC_SCHEMAS)) expect(parseMessage(schema, text).ok).toBe(false);
    }), { numRuns: 200 });
  });
});
