// Errors of the API as problem details (RFC 9457). A problem says what a caller can do about it, and nothing of how
// Central is made.
import { z } from 'zod';

/** Every problem that the API answers with, and its status. */
export const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request is not valid' },
  'not-authenticated': { status: 401, title: 'Log in first' },
  'login-refused': { status: 401, title: 'The log-in was refused' },
  forbidden: { status: 403, title: 'That is not allowed' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'That method is not known here' },
  'not-acceptable': { status: 406, title: 'The answer would be of another type' },
  timeout: { status: 408, title: 'The request took too long' },
  refused: { status: 409, title: 'The request was refused' },
  stale: { status: 412, title: 'It was changed meanwhile' },
  'too-large': { status: 413, title: 'The request is too large' },
  'uri-too-long': { status: 414, title: 'The address is too long' },
  'media-type': { status: 415, title: 'The body must be JSON' },
  'key-reused': { status: 422, title: 'The idempotency key belongs to another request' },
  'precondition-required': { status: 428, title: 'Say which version you change' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  bug: { status: 500, title: 'EV_Central has made a mistake' },
  unavailable: { status: 503, title: 'Try again later' },
} as const satisfies Record<string, { status: number; title: string }>;
export type ProblemCode = keyof typeof PROBLEMS;

export type FieldError = { readonly path: string; readonly message: string };

export const problemSchema = z.object({
  type: z.string().describe('names the kind of problem: urn:ev-network:problem:CODE'),
  title: z.string(),
  status: z.int(),
  detail: z.string().describe('what happened, in words for people'),
  instance: z.string().describe('the request id, by which the log is searched'),
  reason: z.string().optional().describe('why a charge, a log-in or an order was refused, from a closed list'),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type ProblemBody = z.infer<typeof problemSchema>;

export const PROBLEM_TYPE = 'application/problem+json';

/** Thrown by whatever handles a request; the server makes the answer of it. */
export class Problem extends Error {
  override name = 'Problem';
  readonly code: ProblemCode;
  readonly more: { readonly reason?: string; readonly errors?: readonly FieldError[] };
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode, detail: string,
    more: { readonly reason?: string; readonly errors?: readonly FieldError[] } = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.code = code;
    this.more = more;
    this.headers = headers;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  body(requestId: string): ProblemBody {
    const { status, title } = PROBLEMS[this.code];
    const { reason, errors } = this.more;
    return {
      type: `urn:ev-network:problem:${this.code}`, title, status, detail: this.message,
      instance: `urn:ev-network:request:${requestId}`,
      ...(reason === undefined ? {} : { reason }), ...(errors === undefined ? {} : { errors: [...errors] }),
    };
  }
}

/** What zod found wrong, field by field; a huge input has a huge number of faults, and some of them will do. */
export function invalid(where: string, error: z.ZodError): Problem {
  const errors = error.issues.slice(0, 20).map((issue) => ({
    path: [where, ...issue.path.map(String)].join('.').slice(0, 200), message: issue.message.slice(0, 300),
  }));
  return new Problem('bad-request', `The ${where} is not as this operation takes it: see errors.`, { errors });
}

/** For errors that are none of ours: fastify's own, by their codes, and bugs. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE': return new Problem('too-large', 'The body has more bytes than are taken.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE': case 'FST_ERR_CTP_EMPTY_TYPE':
      return new Problem('media-type', 'Send a body of the type application/json.');
    case 'FST_ERR_BAD_URL': return new Problem('bad-request', 'The address cannot be read.');
    default:
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new Problem('bad-request', 'The request cannot be read: the body must be JSON, and whole.');
  }
  return new Problem('bug', 'Nothing can be done about it here. Tell the operator the request id.');
}
