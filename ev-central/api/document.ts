// The OpenAPI 3.1 document, made of the operations: the schemas in it are those that validate.
import { z } from 'zod';
import { type Named, type Operation, TAGS } from './operation.ts';
import { PROBLEM_TYPE, type ProblemCode, PROBLEMS, problemSchema } from './problem.ts';

type Json = Record<string, unknown>;

export const API_VERSION = '1.0.0';
const REQUEST_ID_EXAMPLE = 'c-9fk2';

/** The document as a value; the same operations give the same document. */
export function openApiDocument(operations: readonly Operation[]): Json {
  const schemas: Json = { Problem: jsonSchema(problemSchema, 'output') };
  const paths: Record<string, Json> = {};
  for (const operation of operations) {
    const path = paths[operation.path] ?? {};
    path[operation.method.toLowerCase()] = describeOperation(operation, schemas);
    paths[operation.path] = path;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'EV network', version: API_VERSION, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: 'Everything that the terminals of the EV network can do. Times are ISO 8601 in UTC, energy is in '
        + 'Wh, power in W, money in minor units of its currency. Errors are problem details (RFC 9457).',
    },
    servers: [{ url: '/' }],
    tags: TAGS.map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The access token of a log-in.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The key of a machine.' },
      },
    },
  };
}

/** The problems that an operation may answer with. */
export function problemsOf(operation: Operation): readonly ProblemCode[] {
  const { permission, params, query, body, idempotent, conditional, method, problems = [] } = operation;
  const may = new Set<ProblemCode>(['not-acceptable', 'too-many-requests', 'unavailable', ...problems]);
  if (params !== null || query !== null || body !== null || idempotent === true) may.add('bad-request');
  if (permission !== null) may.add('not-authenticated').add('forbidden');
  if (params !== null) may.add('not-found');
  if (body !== null) may.add('too-large').add('media-type');
  if (method !== 'GET' && permission !== null) may.add('refused');
  if (idempotent === true) may.add('key-reused').add('not-found');
  if (conditional === true) may.add('stale').add('precondition-required');
  return [...may].sort((a, b) => PROBLEMS[a].status - PROBLEMS[b].status);
}

function describeOperation(operation: Operation, schemas: Json): Json {
  const { id, tag, summary, description, permission, body, success } = operation;
  return {
    operationId: id, tags: [tag], summary, ...(description === undefined ? {} : { description }),
    security: permission === null ? [] : [{ bearer: [] }, { apiKey: [] }],
    ...(permission === null ? {} : { 'x-permission': permission }),
    parameters: parametersOf(operation),
    ...(body === null ? {} : {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: refTo(body, schemas, 'input'), example: body.example } },
      },
    }),
    responses: {
      [String(success.status)]: successOf(operation, schemas),
      ...problemResponses(problemsOf(operation)),
    },
  };
}

function successOf({ success, events, conditional, method, etag }: Operation, schemas: Json): Json {
  const { what, body, types } = success;
  const hasEtag = (conditional === true && method === 'PUT') || etag === true;
  return {
    description: what,
    headers: {
      'X-Request-Id': header('The id of this request.', REQUEST_ID_EXAMPLE),
      'RateLimit-Remaining': header('Requests that are left in this minute.', '599'),
      ...(hasEtag ? { ETag: header('The version, for If-Match.', '"2jmj7l5rSw0yVb-vlWAYkK"') } : {}),
    },
    ...(types === undefined ? {} : {
      content: Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }])),
    }),
    ...(body === null ? {} : {
      content: {
        [events === true ? 'text/event-stream' : 'application/json']:
          events === true ? { schema: { type: 'string' } }
            : { schema: refTo(body, schemas, 'output'), example: body.example },
      },
    }),
  };
}

function problemResponses(codes: readonly ProblemCode[]): Json {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...byStatus.get(status) ?? [], code]);
  }
  return Object.fromEntries([...byStatus].map(([status, [first = 'bug', ...more]]) => [String(status), {
    description: [first, ...more].map((code) => PROBLEMS[code].title).join('; '),
    content: {
      [PROBLEM_TYPE]: {
        schema: { $ref: '#/components/schemas/Problem' },
        example: {
          type: `urn:ev-network:problem:${first}`, title: PROBLEMS[first].title, status,
          detail: `${PROBLEMS[first].title}.`, instance: `urn:ev-network:request:${REQUEST_ID_EXAMPLE}`,
        },
      },
    },
  }]));
}

function parametersOf({ params, query, exampleParams, idempotent, conditional }: Operation): Json[] {
  const list: Json[] = [];
  for (const [name, schema] of properties(params)) {
    list.push({ name, in: 'path', required: true, schema, example: exampleParams[name] });
  }
  for (const [name, schema, required] of properties(query)) list.push({ name, in: 'query', required, schema });
  if (idempotent === true) {
    list.push({
      name: 'Idempotency-Key', in: 'header', required: true, example: '3f6c1d2e-charge-1',
      schema: { type: 'string', pattern: '^[A-Za-z0-9_.:-]{8,100}$' },
      description: 'One for each thing that you want; the same again when you repeat it: it is carried out once.',
    });
  }
  if (conditional === true) {
    list.push({
      name: 'If-Match', in: 'header', required: false, schema: { type: 'string' },
      description: 'The ETag of what you change. 428 without it, 412 when it is stale.',
    }, {
      name: 'If-None-Match', in: 'header', required: false, schema: { type: 'string', enum: ['*'] },
      description: '* makes something new.',
    });
  }
  list.push({
    name: 'X-Request-Id', in: 'header', required: false, schema: { type: 'string', maxLength: 64 },
    description: 'Yours, instead of one of ours: logs, messages and commands that follow carry it.',
  });
  return list;
}

/** Name, schema and whether it is needed, of each property. */
function properties(schema: z.ZodObject | null): [string, unknown, boolean][] {
  if (schema === null) return [];
  const json = jsonSchema(schema, 'output');
  // What has a default is always there behind validation, and need not be sent.
  const needed = Object.entries(schema.shape as Record<string, z.ZodType>)
    .filter(([, each]) => !each.safeParse(undefined).success).map(([name]) => name);
  return Object.entries((json['properties'] ?? {}) as Json).map(([name, each]) => [name, each, needed.includes(name)]);
}

function refTo({ name, schema }: Named, schemas: Json, io: 'input' | 'output'): Json {
  schemas[name] ??= jsonSchema(schema, io);
  return { $ref: `#/components/schemas/${name}` };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return json;
}

function header(description: string, example: string): Json {
  return { description, schema: { type: 'string' }, example };
}
