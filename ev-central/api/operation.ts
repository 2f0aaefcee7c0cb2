// An operation of the API: one piece of data from which the server takes its route, the document its description, and
// the tests what to try. What is validated is what is documented, because it is the same schema.
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { CorrelationId } from '../../shared/ids.ts';
import type { OrderKind } from '../../shared/messages/orders.ts';
import type { Query } from '../../shared/messages/query.ts';
import type { Caller } from './access.ts';
import type { Permission } from './permission.ts';
import type { ApiSettings, Ports } from './ports.ts';
import type { ProblemCode } from './problem.ts';
import type { Live } from './live.ts';
import type { Tokens } from './tokens.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
export const TAGS = ['auth', 'me', 'points', 'sites', 'tariffs', 'users', 'groups', 'sessions', 'money', 'payments',
  'figures', 'network', 'health'] as const;
export type Tag = (typeof TAGS)[number];

/** What an operation may use. */
export type Api = Ports & { readonly settings: ApiSettings; readonly tokens: Tokens; readonly live: Live };

/** A schema with a name stands once in the document. */
export type Named<T extends z.ZodType = z.ZodType> = {
  readonly name: string; readonly schema: T; readonly example: unknown;
};

/** What all operations know of their request. */
export type Ask<P, Q, B> = {
  readonly params: P; readonly query: Q; readonly body: B;
  /** Undefined where none is needed. */
  readonly caller: Caller | undefined;
  readonly address: string; readonly agent: string;
  /** The id of this request in logs; what it starts carries it on as its correlation id. */
  readonly requestId: CorrelationId;
  readonly header: (name: string) => string | undefined;
};

export type Answer = {
  readonly status: number;
  readonly body?: unknown;
  /** Instead of a body: what is no JSON. */
  readonly file?: FileAnswer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of a body: events until the client goes or there is no more. */
  readonly stream?: (events: EventStream) => () => void;
};

export type FileAnswer = {
  readonly type: string;
  /** What a browser saves it as. */
  readonly name: string;
  readonly content: Buffer | AsyncIterable<string>;
};

/** Server-sent events to one client. */
export type EventStream = {
  send(event: { readonly name: string; readonly data: unknown; readonly id?: string }): void;
  end(): void;
};

type Common = {
  readonly id: string;
  readonly method: Method;
  /** With `{name}` for parameters, from the root. */
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** Null: for everybody, without a token. */
  readonly permission: Permission | null;
  /** It moves money or energy: an Idempotency-Key is insisted on. */
  readonly idempotent?: boolean;
  /** Bytes of a body, where more than usual are taken. */
  readonly bodyBytes?: number;
  /** It edits: If-Match is insisted on. */
  readonly conditional?: boolean;
  /** It answers with server-sent events. */
  readonly events?: boolean;
  /** It only reckons: nothing moves, and a repeat does no harm. */
  readonly reckons?: boolean;
  /** Its answer bears an ETag, for an edit. */
  readonly etag?: boolean;
  /** The orders that it gives and the lists that it reads: coverage.test.ts compares them with the core's table. */
  readonly gives?: readonly OrderKind[];
  readonly reads?: readonly Query['what'][];
  readonly success: {
    readonly status: number; readonly what: string; readonly body: Named | null;
    /** The media types of a file that it answers with. */
    readonly types?: readonly string[];
  };
  /** Problems besides those that every operation may answer with. */
  readonly problems?: readonly ProblemCode[];
};

export type Operation = Common & {
  readonly params: z.ZodObject | null;
  readonly query: z.ZodObject | null;
  readonly body: Named | null;
  readonly exampleParams: Readonly<Record<string, string>>;
  readonly handle: (ask: Ask<unknown, unknown, unknown>, api: Api) => Answer | Promise<Answer>;
};

type Of<T> = T extends z.ZodType ? z.output<T> : T extends Named<infer S> ? z.output<S> : null;

/** Defines an operation; its handler gets what the schemas give. */
export function operation<
  P extends z.ZodObject | null = null, Q extends z.ZodObject | null = null, B extends Named | null = null,
>(definition: Common & {
  params?: P; query?: Q; body?: B; exampleParams?: Readonly<Record<string, string>>;
  handle: (ask: Ask<Of<P>, Of<Q>, Of<B>>, api: Api) => Answer | Promise<Answer>;
}): Operation {
  const { params = null, query = null, body = null, exampleParams = {}, handle, ...common } = definition;
  return { ...common, params, query, body, exampleParams, handle: handle as Operation['handle'] };
}

/** A name for a schema in the document, with an example of it. */
export function named<T extends z.ZodType>(name: string, schema: T, example: unknown): Named<T> {
  return { name, schema, example };
}

/** The version of something that is edited: a digest of what is edited. */
export function etagOf(row: unknown): string {
  return `"${createHash('sha256').update(JSON.stringify(row)).digest('base64url').slice(0, 22)}"`;
}
