// The REST API's server: every operation as a route, with the same gate before it and the same form of errors behind
// it. This folder alone imports fastify and what belongs to it.
import { Readable } from 'node:stream';
import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import websocket from '@fastify/websocket';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Failure } from '../../shared/failure.ts';
import { type CorrelationId, correlationId } from '../../shared/ids.ts';
import { insistOnTls } from '../../shared/wire/tcp-socket.ts';
import { callerIn } from './asking.ts';
import { DOCS_POLICY, docsFile } from './docs-page.ts';
import { openApiDocument } from './document.ts';
import { streamEvents } from './event-stream.ts';
import { type Counted, type Incoming, passGate } from './gate.ts';
import { API_LIMITS } from './limits.ts';
import { createLive } from './live.ts';
import { type Answer, type Api, type Ask, type Operation } from './operation.ts';
import { OPERATIONS } from './operations.ts';
import type { ApiSettings, Ports } from './ports.ts';
import { invalid, Problem, PROBLEM_TYPE, problemOf, PROBLEMS } from './problem.ts';
import { WEB_SOCKET_OPERATION } from './routes/web-socket-route.ts';
import { secureHeaders } from './secure-headers.ts';
import { createTokens } from './tokens.ts';
import { addWebhooks } from './webhook-route.ts';
import { serveSocket, SUBPROTOCOL } from './web-socket.ts';

export type ApiServer = {
  readonly port: number;
  /** Takes nothing more, ends streams, and resolves when all connections are gone. */
  close(): Promise<void>;
};

const REQUEST_ID = /^[A-Za-z0-9_.:-]{1,64}$/;
const JSON_TYPE = 'application/json; charset=utf-8';
const MINUTE_MS = 60_000;
const ID_BYTES = 9;
const IDS_AT_ONCE = 256;
/** Every operation, and where to meet updates on a WebSocket. */
const DOCUMENTED: readonly Operation[] = [...OPERATIONS, WEB_SOCKET_OPERATION];

type Held = { operation: Operation | null; ask: Ask<unknown, unknown, unknown> | null; atMs: number };
/** What a request carries on its way; by request, because fastify's own decorations are open to everybody. */
const held = new WeakMap<FastifyRequest, Held>();

/** Listens. Throws `Failure('tls-required')`, `Failure('port-in-use')`, `Failure('bad-configuration')`. */
export async function startApi(ports: Ports, settings: ApiSettings): Promise<ApiServer> {
  insistOnTls({
    host: settings.host, port: settings.port, tls: settings.tls !== null, insecure: settings.insecure,
    insecureFlag: '--insecure', doing: 'listen on',
  });
  const live = createLive(ports);
  const tokens = createTokens({
    key: ports.tokenKey, audience: ports.state.installation.must('installation').installationId,
    lifeMs: settings.accessLifeMs, randomBytes: ports.randomBytes,
  });
  const api: Api = { ...ports, settings, live, tokens };
  const app = makeServer(api);
  const streams = new Set<{ end(): void }>();
  await addPlugins(app, api);
  addHooks(app, api);
  for (const operation of OPERATIONS) addOperation(app, api, operation, streams);
  addWebSocket(app, api);
  await addWebhooks(app, api, counterOf(app, settings.addressRate));
  addDocs(app);
  await listen(app, settings);
  const address = app.server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : settings.port,
    async close() {
      live.close();
      for (const stream of [...streams]) stream.end();
      await app.close();
    },
  };
}

function makeServer({ settings: { tls }, log, randomBytes }: Api): FastifyInstance {
  const made = requestIds(randomBytes);
  const app = fastify({
    logger: false, bodyLimit: API_LIMITS.bodyBytes, requestTimeout: API_LIMITS.requestMs,
    connectionTimeout: API_LIMITS.idleMs, keepAliveTimeout: API_LIMITS.keepAliveMs, forceCloseConnections: true,
    exposeHeadRoutes: false, trustProxy: false, requestIdHeader: false,
    routerOptions: { maxParamLength: API_LIMITS.paramCharacters, caseSensitive: true, ignoreTrailingSlash: false },
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : made();
    },
    frameworkErrors: (error, request, reply) => void sendProblem(reply, request, problemOf(error)),
    clientErrorHandler: (error, socket) => {
      if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
      const code = error.code === 'HPE_HEADER_OVERFLOW' ? 'headers-too-large'
        : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'timeout' : 'bad-request';
      const { status, title } = PROBLEMS[code];
      const body = JSON.stringify(new Problem(code, `${title}.`).body(made()));
      log('info', 'api-bad-request', { address: hostOf(socket.remoteAddress), code: error.code });
      socket.end(`HTTP/1.1 ${status} ${title}\r\nConnection: close\r\nContent-Type: ${PROBLEM_TYPE}\r\n`
        + `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    },
    ...(tls === null ? { http: { maxHeaderSize: API_LIMITS.headerBytes, headersTimeout: API_LIMITS.headersMs } } : {
      https: {
        key: tls.key, cert: tls.cert, maxHeaderSize: API_LIMITS.headerBytes, headersTimeout: API_LIMITS.headersMs,
      },
    }),
  }) as unknown as FastifyInstance;
  app.server.maxConnections = API_LIMITS.connections;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'));
  return app;
}

async function addPlugins(app: FastifyInstance, { settings }: Api): Promise<void> {
  const secure = await secureHeaders(settings.tls !== null);
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(secure);
    done();
  });
  if (settings.cors.length > 0) {
    await app.register(cors, {
      origin: [...settings.cors], methods: ['GET', 'POST', 'PUT', 'DELETE'], maxAge: 600,
      allowedHeaders: [
        'authorization', 'content-type', 'idempotency-key', 'if-match', 'if-none-match', 'x-api-key', 'x-request-id',
      ],
      exposedHeaders: [
        'etag', 'location', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'retry-after', 'x-request-id',
      ],
    });
  }
  await app.register(rateLimit, { global: false, cache: API_LIMITS.counted });
  await app.register(websocket, {
    options: {
      maxPayload: API_LIMITS.socketBytes,
      handleProtocols: (protocols: Set<string>) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    },
  });
}

/** Ids for requests that bring none. Random bytes are fetched for many at once: a call costs more than its bytes. */
function requestIds(randomBytes: Api['randomBytes']): () => string {
  let bytes: Buffer = Buffer.alloc(0);
  let at = 0;
  return () => {
    if (at + ID_BYTES > bytes.length) [bytes, at] = [randomBytes(ID_BYTES * IDS_AT_ONCE), 0];
    at += ID_BYTES;
    return `c-${bytes.toString('hex', at - ID_BYTES, at)}`;
  };
}

function addHooks(app: FastifyInstance, api: Api): void {
  const { log, nowMs } = api;
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    held.set(request, { operation: null, ask: null, atMs: nowMs() });
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { operation = null, ask = null, atMs = 0 } = held.get(request) ?? {};
    const isLoud = reply.statusCode >= 400 || request.method !== 'GET';
    log(isLoud ? 'info' : 'debug', 'api', {
      corr: request.id, operation: operation?.id ?? null, status: reply.statusCode, who: ask?.caller?.userId ?? null,
      access: ask?.caller?.accessId ?? null, address: hostOf(request.ip), ms: nowMs() - atMs,
    });
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.code === 'bug') log('error', 'api-failed', { corr: request.id, error });
    return sendProblem(reply, request, problem);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const methods = DOCUMENTED.filter((each) => matches(each.path, path)).map(({ method }) => method);
    if (methods.length === 0 || methods.some((each) => each === request.method)) {
      return sendProblem(reply, request, new Problem('not-found', 'There is nothing at this address.'));
    }
    const allow = [...new Set(methods)].join(', ');
    const problem = new Problem('method-not-allowed', `This address takes ${allow}.`, {}, { allow });
    return sendProblem(reply, request, problem);
  });
}

function addOperation(app: FastifyInstance, api: Api, operation: Operation, streams: Set<{ end(): void }>): void {
  app.route({
    method: operation.method, url: urlOf(operation.path), onRequest: gateOf(app, api, operation),
    ...(operation.bodyBytes === undefined ? {} : { bodyLimit: operation.bodyBytes }),
    handler: async (request, reply) => {
      const ask = validated(operation, askOf(request), request);
      const answer = await operation.handle(ask, api);
      if (answer.stream === undefined) return sendAnswer(reply, answer);
      sendStream(reply, answer.stream, streams);
      return reply;
    },
  });
}

function addWebSocket(app: FastifyInstance, api: Api): void {
  app.route({
    method: 'GET', url: WEB_SOCKET_OPERATION.path, onRequest: gateOf(app, api, WEB_SOCKET_OPERATION),
    handler: async () => {
      throw new Problem('bad-request', 'This address is for WebSockets: ask for an upgrade.');
    },
    wsHandler: (socket, request) => serveSocket(socket, callerIn(askOf(request)), api),
  });
}

function addDocs(app: FastifyInstance): void {
  const document = JSON.stringify(openApiDocument(DOCUMENTED));
  app.get('/api/v1/openapi.json', (_request, reply) => reply.type(JSON_TYPE).send(document));
  const file = (name: string, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const found = docsFile(name);
    if (found === undefined) return sendProblem(reply, request, new Problem('not-found', 'There is no such page.'));
    return reply.header('content-security-policy', DOCS_POLICY).type(found.type).send(found.bytes);
  };
  app.get('/docs', (request, reply) => file('', request, reply));
  app.get<{ Params: { name: string } }>('/docs/:name', (request, reply) => file(request.params.name, request, reply));
}

type Gate = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

function gateOf(app: FastifyInstance, api: Api, operation: Operation): Gate {
  const { addressRate, tokenRate } = api.settings;
  const counters = { address: counterOf(app, addressRate), token: counterOf(app, tokenRate) };
  return async (request, reply) => {
    const incoming: Incoming = {
      address: hostOf(request.ip), header: (name) => headerOf(request, name),
      setHeader: (name, value) => void reply.header(name, value),
      count: (what, key) => counters[what](request, key),
    };
    const caller = await passGate(incoming, operation, api);
    const entry = held.get(request);
    if (entry === undefined) return;
    entry.operation = operation;
    entry.ask = {
      params: null, query: null, body: null, caller, address: incoming.address,
      agent: (incoming.header('user-agent') ?? '').slice(0, 120), requestId: corrOf(request), header: incoming.header,
    };
  };
}

type Counter = (request: FastifyRequest, key: string) => Promise<Counted | null>;
const counters = new WeakMap<FastifyInstance, Map<number, Counter>>();

/** One count a minute for all operations. */
function counterOf(app: FastifyInstance, max: number): Counter {
  const known = counters.get(app) ?? new Map<number, Counter>();
  counters.set(app, known);
  const before = known.get(max);
  if (before !== undefined) return before;
  const keys = new WeakMap<FastifyRequest, string>();
  const check = app.createRateLimit({
    max, timeWindow: MINUTE_MS, keyGenerator: (request) => keys.get(request) ?? request.ip,
  });
  const counter: Counter = async (request, key) => {
    keys.set(request, key);
    const result = await check(request);
    if (result.isAllowed) return null;
    return {
      max: result.max, remaining: result.remaining, seconds: result.ttlInSeconds, exceeded: result.isExceeded,
    };
  };
  known.set(max, counter);
  return counter;
}

function validated(
  { params, query, body }: Operation, ask: Ask<unknown, unknown, unknown>, request: FastifyRequest,
): Ask<unknown, unknown, unknown> {
  const check = (where: string, schema: z.ZodType | null, given: unknown): unknown => {
    if (schema === null) return null;
    const parsed = schema.safeParse(given);
    if (!parsed.success) throw invalid(where, parsed.error);
    return parsed.data;
  };
  return {
    ...ask, params: check('path', params, { ...request.params as object }),
    query: check('query', query, { ...request.query as object }),
    body: check('body', body?.schema ?? null, request.body === undefined ? {} : request.body),
  };
}

function askOf(request: FastifyRequest): Ask<unknown, unknown, unknown> {
  const ask = held.get(request)?.ask ?? null;
  if (ask === null) throw new Problem('not-authenticated', 'Log in first.');
  return ask;
}

function sendAnswer(reply: FastifyReply, { status, body, file, headers = {} }: Answer): FastifyReply {
  reply.code(status).headers({ 'cache-control': 'no-store', ...headers });
  if (file !== undefined) {
    const { type, name, content } = file;
    return reply.type(type).header('content-disposition', `attachment; filename="${name}"`)
      .send(Buffer.isBuffer(content) ? content : Readable.from(content, { objectMode: false }));
  }
  // As bytes: node would put a text together with the headers first, and turn both into UTF-8 slowly.
  return body === undefined ? reply.send() : reply.type(JSON_TYPE).send(Buffer.from(JSON.stringify(body)));
}

function sendStream(
  reply: FastifyReply, begin: NonNullable<Answer['stream']>, streams: Set<{ end(): void }>,
): void {
  const headers: Record<string, string | number | string[]> = {};
  for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) headers[name] = value;
  reply.hijack();
  let stream: { end(): void } | null = null;
  stream = streamEvents(reply.raw, headers, begin, () => {
    if (stream !== null) streams.delete(stream);
  });
  streams.add(stream);
}

function sendProblem(reply: FastifyReply, request: FastifyRequest, problem: Problem): FastifyReply {
  return reply.code(problem.status)
    .headers({ 'x-request-id': request.id, ...problem.headers, 'content-type': PROBLEM_TYPE })
    .send(Buffer.from(JSON.stringify(problem.body(request.id))));
}

async function listen(app: FastifyInstance, { host, port }: ApiSettings): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    await app.close();
    const code = cause instanceof Error && 'code' in cause ? cause.code : '';
    if (code === 'EADDRINUSE') {
      throw new Failure('port-in-use', `cannot listen on ${host}:${port} for the REST API: use another --api-port, or `
        + 'off', cause);
    }
    throw new Failure('bad-configuration', `cannot listen on ${host}:${port} for the REST API: use another --api-host`,
      cause);
  }
}

/** `{name}` of the document is `:name` of the router. */
function urlOf(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith('{') || part === given[at]);
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function corrOf(request: FastifyRequest): CorrelationId {
  return correlationId(request.id);
}

function hostOf(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/, '');
}
