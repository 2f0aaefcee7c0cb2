// The contract of the REST API, over every operation of its document: with valid input, and with wrong, missing, huge
// and malicious input, on real HTTP. Whatever comes, the answer is documented, and never a mistake of ours.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OPERATIONS } from '../../ev-central/api/operations.ts';
import type { Operation } from '../../ev-central/api/operation.ts';
import { mayDo, type Permission } from '../../ev-central/api/permission.ts';
import { problemSchema } from '../../ev-central/api/problem.ts';
import { ROLES, type Role } from '../../shared/messages/values.ts';
import { type ApiCentral, PEOPLE, type Reply, startApiCentral } from './api-client.ts';

type Json = Record<string, unknown>;
type Described = {
  operationId: string; method: string; path: string; security: unknown[]; permission: Permission | null;
  parameters: { name: string; in: string; required: boolean; example?: string }[];
  requestBody: Json | undefined; responses: Record<string, Json>;
};

let central: ApiCentral;
let described: Described[] = [];
const tokens = new Map<Role, string>();
const faults: string[] = [];
/** They end the log-ins with which the others are tried. */
const ENDINGS: readonly string[] = [
  'logout', 'revokeUserKeys', 'removeUser', 'putUser', 'login', 'endLogIns', 'endLogInsOf', 'changeMyPassword',
  'forgetMe', 'setPasswordOf', 'forgetPerson',
];

beforeAll(async () => {
  central = await startApiCentral({
    settings: { lockoutFailuresUser: 100_000, lockoutFailuresAddress: 100_000 },
    log: (level, event, fields) => {
      if (level === 'error') faults.push(`${event} ${JSON.stringify(fields)}`);
    },
  });
  for (const role of ROLES) tokens.set(role, await central.client.tokenOf(PEOPLE[role]));
  const { body } = await central.client.call('/api/v1/openapi.json');
  described = operationsOf(body);
});

afterAll(async () => {
  await central.close();
});

describe('the document', () => {
  it('is OpenAPI 3.1 and describes every operation with its id, summary, tag, security, responses and examples', () => {
    const wrong = described.filter((each) => each.operationId === '' || Object.keys(each.responses).length < 3);
    expect(wrong).toEqual([]);
    expect(new Set(described.map(({ operationId }) => operationId)).size).toBe(described.length);
    expect(described.length).toBe(OPERATIONS.length + 1);
  });

  it('names in all its references what is there', async () => {
    const { body, text } = await central.client.call('/api/v1/openapi.json');
    const schemas = Object.keys((body['components'] as { schemas: Json }).schemas);
    const named = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !schemas.includes(name))).toEqual([]);
    expect(body['openapi']).toBe('3.1.0');
  });

  it('has examples that its own schemas take', () => {
    const wrong = OPERATIONS.flatMap(({ id, body, success, params, exampleParams }) => [
      ...check(`${id} body`, body?.schema, body?.example),
      ...check(`${id} answer`, success.body?.schema, success.body?.example),
      ...check(`${id} path`, params ?? undefined, exampleParams),
    ]);
    expect(wrong).toEqual([]);
  });

  it('asks for an idempotency key where money or energy moves, and for a version where something is edited', () => {
    const posts = OPERATIONS.filter(({ method, tag }) => method === 'POST' && tag !== 'auth');
    expect(posts.filter(({ idempotent, reckons }) => (idempotent ?? reckons) !== true).map(({ id }) => id)).toEqual([]);
    const edits = OPERATIONS.filter(({ method, tag }) => (method === 'PUT' || method === 'DELETE') && tag !== 'auth');
    expect(edits.filter(({ conditional }) => conditional !== true).map(({ id }) => id)).toEqual([]);
  });
});

describe.each(OPERATIONS.map((each) => [each.id, each] as const))('%s', (_id, operation) => {
  it('answers valid input as it is documented', async () => {
    if (ENDINGS.includes(operation.id)) return;
    const reply = await send(operation, { token: tokenFor(operation) });
    expectDocumented(operation, reply);
    expect([reply.status, reply.text]).not.toEqual([400, reply.text]);
  });

  it('is for nobody without a token, and for the roles of its permission alone', async () => {
    if (operation.permission === null) return;
    expect((await send(operation, {})).status).toBe(401);
    for (const role of ROLES) {
      const may = mayDo(role, operation.permission);
      if (may && (ENDINGS.includes(operation.id) || operation.events === true)) continue;
      const { status } = await send(operation, { token: tokens.get(role) ?? '' });
      expect([role, status === 403]).toEqual([role, !may]);
    }
  });

  it('answers wrong, missing, huge and malicious input with a problem', async () => {
    for (const attempt of attemptsOn(operation)) {
      const reply = await attempt.send();
      expect([attempt.what, reply.status >= 400 && reply.status < 500, reply.text.slice(0, 300)])
        .toEqual([attempt.what, true, reply.text.slice(0, 300)]);
      expectProblem(reply);
    }
    expect(faults).toEqual([]);
  });
});

describe('any address', () => {
  it.each([
    ['/api/v1/nothing', 'GET', 404], ['/api/v1/points', 'DELETE', 405], ['/api/v1/points', 'PATCH', 405],
    ['/api/v1/points/%zz', 'GET', 400], ['/../../etc/passwd', 'GET', 404], [`/${'a'.repeat(3_000)}`, 'GET', 404],
    ['/docs/..%2f..%2fpackage.json', 'GET', 404], ['/docs/__proto__', 'GET', 404], ['//', 'GET', 404],
  ])('%s with %s is a problem', async (path, method, status) => {
    const reply = await central.client.call(path, { method });
    expect(reply.status).toBe(status);
    expectProblem(reply);
    if (status === 405) expect(reply.headers.get('allow')).toContain('GET');
  });

  it('serves the document to browsers without a network', async () => {
    const page = await central.client.call('/docs');
    expect(page.headers.get('content-type')).toContain('text/html');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    for (const [, file = ''] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(file.startsWith('/docs/')).toBe(true);
      expect((await central.client.call(file)).status).toBe(200);
    }
  });
});

/** The one of least power that may. */
function tokenFor({ permission }: Operation): string {
  const role = [...ROLES].reverse().find((each) => permission === null || mayDo(each, permission)) ?? 'admin';
  return tokens.get(role) ?? '';
}

type Sent = {
  token?: string; params?: Readonly<Record<string, string>>; query?: string; body?: unknown;
  headers?: Readonly<Record<string, string>>;
};

/** Sends an operation; what is not said is its example. */
async function send(operation: Operation, given: Sent): Promise<Reply> {
  const { method, path, body, exampleParams, idempotent, conditional, events } = operation;
  const params = given.params ?? exampleParams;
  const url = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? ''));
  const headers = {
    ...(idempotent === true ? { 'idempotency-key': central.client.freshKey() } : {}),
    ...(conditional === true ? { 'if-match': '"none"' } : {}), ...given.headers,
  };
  const sent = 'body' in given ? given.body : body?.example;
  if (events === true && given.token !== undefined && given.params === undefined && given.query === undefined) {
    return firstOfStream(url, given.token);
  }
  return central.client.call(`${url}${given.query ?? ''}`, {
    method, headers, ...(given.token === undefined ? {} : { token: given.token }),
    ...(sent === undefined || method === 'GET' ? {} : { body: sent }),
  });
}

/** A stream does not end: its beginning is its answer. */
async function firstOfStream(url: string, token: string): Promise<Reply> {
  const ending = new AbortController();
  const answer = await fetch(`${central.client.base}${url}`, {
    headers: { authorization: `Bearer ${token}` }, signal: ending.signal,
  });
  const isStream = answer.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = isStream ? '' : await answer.text();
  ending.abort();
  return { status: answer.status, headers: answer.headers, text, body: text === '' ? {} : JSON.parse(text) as Json };
}

function* attemptsOn(operation: Operation): Generator<{ what: string; send: () => Promise<Reply> }> {
  const { params, query, body, idempotent, conditional, method, success } = operation;
  const token = operation.permission === null ? '' : tokenFor(operation);
  const by = token === '' ? {} : { token };
  for (const bad of params === null || Object.keys(params.shape).length === 0 ? [] : BAD_IDS) {
    const all = Object.fromEntries(Object.keys(params?.shape ?? {}).map((name) => [name, bad]));
    yield { what: `path ${bad.slice(0, 30)}`, send: () => send(operation, { ...by, params: all }) };
  }
  for (const bad of query === null ? [] : BAD_QUERIES) {
    yield { what: `query ${bad.slice(0, 30)}`, send: () => send(operation, { ...by, query: bad }) };
  }
  for (const bad of body === null || method === 'GET' ? [] : BAD_BODIES) {
    yield { what: `body ${JSON.stringify(bad).slice(0, 40)}`, send: () => send(operation, { ...by, body: bad }) };
  }
  if (body !== null) {
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data']) {
      yield { what: type, send: () => send(operation, { ...by, headers: { 'content-type': type } }) };
    }
  }
  if (idempotent === true) {
    for (const bad of ['', 'short', 'a'.repeat(101), 'with space in it', "'; DROP TABLE users"]) {
      yield { what: `key ${bad}`, send: () => send(operation, { ...by, headers: { 'idempotency-key': bad } }) };
    }
  }
  if (conditional === true) {
    yield { what: 'no version', send: () => send(operation, { ...by, headers: { 'if-match': '' } }) };
    yield { what: 'a stale version', send: () => send(operation, { ...by, headers: { 'if-match': '"old"' } }) };
  }
  if (success.body !== null || success.types !== undefined) {
    yield {
      what: 'another type wanted',
      send: () => send(operation, { ...by, ...NO_STREAM, headers: { accept: 'image/png' } }),
    };
  }
}

/** Keeps a stream from being read as one. */
const NO_STREAM = { query: '' };
const BAD_IDS = [
  ' ', "' OR 1=1 --", '../../etc/passwd', '__proto__', '\u0000', 'a'.repeat(65), '😀', '<script>alert(1)</script>',
  '%00', 'a b', '-x',
];
const BAD_QUERIES = [
  '?unknown=1', '?limit=0', '?limit=501', '?limit=x', '?limit=1&limit=2', '?limit=1e9', '?cursor=', '?__proto__=1',
  `?cursor=${'9'.repeat(300)}`, '?cursor=%27%20OR%201%3D1', '?since=yesterday&until=never', '?constructor=1',
];
const BAD_BODIES: readonly unknown[] = [
  '', '{', 'null', '[]', '"text"', '12', '{"__proto__":{"role":"admin"}}', '{"constructor":{"prototype":{}}}',
  { unknown: 1 }, { userId: { $ne: null }, password: 1 }, `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
  JSON.stringify({ note: 'x'.repeat(200_000) }), '\u0000', `{"note":"${'\\u0000'.repeat(600)}"}`,
];

function expectDocumented(operation: Operation, reply: Reply): void {
  const found = described.find(({ operationId }) => operationId === operation.id);
  expect(Object.keys(found?.responses ?? {})).toContain(String(reply.status));
  expect(reply.headers.get('x-request-id')).toBeTruthy();
  if (reply.status >= 400) return void (reply.status === 503 || expectProblem(reply));
  const { types } = operation.success;
  if (types !== undefined) expect(types.some((each) => reply.headers.get('content-type')?.startsWith(each))).toBe(true);
  if (operation.success.body === null || operation.events === true) return;
  expect(check(operation.id, operation.success.body.schema, reply.body)).toEqual([]);
}

function expectProblem({ status, headers, body, text }: Reply): void {
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect([z.strictObject(problemSchema.shape).safeParse(body).error?.issues ?? [], text]).toEqual([[], text]);
  expect(body['status']).toBe(status);
  expect(text).not.toMatch(/node_modules|\.ts:\d|at \w+ \(|SQLITE|zod/i);
}

/** What does not fit, strictly: what is not documented is not sent. */
function check(what: string, schema: z.ZodType | undefined, value: unknown): string[] {
  if (schema === undefined) return [];
  const parsed = schema.safeParse(value);
  if (!parsed.success) return parsed.error.issues.map((issue) => `${what} ${issue.path.join('.')}: ${issue.message}`);
  return extras(what, parsed.data, value);
}

/** Fields that the schema does not know: zod leaves them out of what it gives back. */
function extras(what: string, known: unknown, value: unknown): string[] {
  if (Array.isArray(value) && Array.isArray(known)) {
    return value.flatMap((each, at) => extras(`${what}.${at}`, known[at], each));
  }
  if (typeof value !== 'object' || value === null || typeof known !== 'object' || known === null) return [];
  return Object.entries(value).flatMap(([name, each]) => (name in known
    ? extras(`${what}.${name}`, (known as Json)[name], each) : [`${what}.${name} is not documented`]));
}

function operationsOf(document: Readonly<Json>): Described[] {
  return Object.entries(document['paths'] as Record<string, Record<string, Json>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => ({
      path, method, operationId: String(each['operationId']), security: each['security'] as unknown[],
      permission: (each['x-permission'] ?? null) as Permission | null,
      parameters: each['parameters'] as Described['parameters'], requestBody: each['requestBody'] as Json | undefined,
      responses: each['responses'] as Record<string, Json>,
    })));
}
