// The type of a message's field in words, from its zod schema: "whole number ≥ 0", "text, at most 500", a list of
// words, a shape of its own by name. Goes through JSON Schema, which zod makes of every schema.
import { z } from 'zod';
import { siteIdSchema } from '../../shared/ids.ts';
import * as orders from '../../shared/messages/orders.ts';
import * as refusals from '../../shared/messages/refusal.ts';
import * as rows from '../../shared/messages/rows.ts';
import * as values from '../../shared/messages/values.ts';

/** A part of a JSON Schema, as far as this page needs it. */
export type JsonType = {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonType[];
  readonly oneOf?: readonly JsonType[];
  readonly properties?: Readonly<Record<string, JsonType>>;
  readonly required?: readonly string[];
  readonly items?: JsonType;
  readonly additionalProperties?: JsonType | boolean;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly contentEncoding?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonType>>;
};

/** The section of the page that explains all ids: a brand exists for the compiler only, so they are one schema. */
export const ID = 'Id';
/** Shapes and lists of words with a section of their own on the page. */
const named = namedSchemas();

/** The JSON Schema of a message; named shapes are references into `$defs`. */
export function jsonSchemaOf(schema: z.ZodType): JsonType {
  return z.toJSONSchema(schema, { metadata: named, io: 'output', unrepresentable: 'any' }) as JsonType;
}

/** The type in words; a named shape becomes a link into the page. Null is said beside it, not here. */
export function typeWords(part: JsonType): string {
  if (part.$ref !== undefined) return nameLink(refName(part.$ref));
  const either = (part.anyOf ?? part.oneOf)?.filter((each) => each.type !== 'null');
  if (either !== undefined) return [...new Set(either.map(typeWords))].join(' or ');
  if (part.const !== undefined) return `\`${JSON.stringify(part.const)}\``;
  if (part.enum !== undefined) return part.enum.map((each) => `\`${String(each)}\``).join(', ');
  switch (part.type) {
    case 'integer': return `whole number${range(part)}`;
    case 'number': return `number${range(part)}`;
    case 'string': return part.contentEncoding === 'base64' ? 'base64' : `text${length(part)}`;
    case 'boolean': return 'true or false';
    case 'array': return `list of ${typeWords(part.items ?? {})}${count(part)}`;
    case 'object': return objectWords(part);
    default: return 'any JSON';
  }
}

/** May the value be null? */
export function isNullable(part: JsonType): boolean {
  return part.type === 'null' || (part.anyOf ?? part.oneOf ?? []).some((each) => each.type === 'null');
}

export function refName(ref: string): string {
  return ref.split('/').at(-1) ?? ref;
}

function nameLink(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}

function objectWords(part: JsonType): string {
  const fields = Object.entries(part.properties ?? {});
  if (fields.length === 0) {
    const value = typeof part.additionalProperties === 'object' ? typeWords(part.additionalProperties) : 'any JSON';
    return `object, any names → ${value}`;
  }
  const words = fields.map(([name, each]) => `${name}: ${typeWords(each)}${isNullable(each) ? ' or null' : ''}`);
  return `{ ${words.join('; ')} }`;
}

/** zod bounds every whole number by the largest exact one; that is not worth a word. */
function range(part: JsonType): string {
  const { minimum, maximum, exclusiveMinimum } = part;
  const least = minimum ?? (exclusiveMinimum === 0 && part.type === 'integer' ? 1 : undefined);
  const hasLeast = least !== undefined && least > Number.MIN_SAFE_INTEGER;
  const hasMost = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (hasLeast && hasMost) return ` ${least} to ${maximum}`;
  if (hasLeast) return ` ≥ ${least}`;
  return hasMost ? ` ≤ ${maximum}` : '';
}

function length(part: JsonType): string {
  return part.maxLength === undefined ? '' : `, at most ${part.maxLength}`;
}

function count(part: JsonType): string {
  return part.maxItems === undefined ? '' : `, ${part.minItems ?? 0} to ${part.maxItems}`;
}

/** Objects, unions and lists of words get the name of their schema; a bare number or text says what it is in place. */
function namedSchemas() {
  const found = z.registry<{ id: string }>();
  found.add(siteIdSchema, { id: ID });
  const schemas = [values, orders, rows, refusals].flatMap((module) => Object.entries<unknown>(module));
  for (const [name, value] of schemas) {
    const isShape = value instanceof z.ZodObject || value instanceof z.ZodUnion || value instanceof z.ZodEnum;
    if (!isShape || found.has(value)) continue;
    found.add(value, { id: `${name.charAt(0).toUpperCase()}${name.slice(1, -'Schema'.length)}` });
  }
  return found;
}
