// The HTTP of the local gateway: payments under idempotency keys, and the page on which a payer confirms (3-D Secure).
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { GatewayBook, type Reply, type Wanted } from './book.ts';
import { openGatewayJournal } from './journal.ts';
import { mannerOf, seeded } from './magic.ts';
import { createWebhookSender, type WebhookSender } from './webhooks.ts';

export type GatewayOptions = {
  readonly port: number;
  /** Where its books are. */
  readonly file: string;
  readonly apiKey: string;
  readonly webhookSecret: string;
  readonly webhookUrl: string | null;
  readonly seed: number;
  /** How many of 1 go wrong by chance. */
  readonly faults: number;
  /** How long a late answer takes, and what is pending at first. */
  readonly delayMs: number;
};
export type RunningGateway = { readonly port: number; readonly book: GatewayBook; close(): Promise<void> };

const BODY_BYTES = 64 * 1024;
const amount = z.int().positive();
const BODIES = {
  authorize: z.object({
    paymentId: z.string().min(1).max(100), amountMinor: amount, currency: z.string().length(3),
    token: z.string().max(200), capture: z.boolean(),
  }),
  capture: z.object({ amountMinor: amount }),
  cancel: z.object({}),
  refund: z.object({ amountMinor: amount }),
} as const;

type Inside = GatewayOptions & {
  readonly book: GatewayBook; readonly sender: WebhookSender; readonly next: () => number;
  /** Keys under which somebody has asked since the start. */
  readonly keysSeen: Set<string>;
};

/** Starts it on the loopback. */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const journal = openGatewayJournal(options.file);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'string' ? 0 : address?.port ?? 0;
  const book = new GatewayBook({
    entries: journal.entries, write: (entries) => journal.write(entries),
    actionUrl: (reference) => `http://127.0.0.1:${port}/confirm/${reference}`,
  });
  const next = seeded(options.seed);
  const sender = createWebhookSender({
    book, url: options.webhookUrl, secret: options.webhookSecret,
    mannerOf: ({ payment }) =>
      mannerOf(payment.amountMinor, { isFirst: false, next, faults: options.faults }).webhooks,
  });
  const inside: Inside = { ...options, book, sender, next, keysSeen: new Set() };
  server.on('request', (request, response) => void serve(inside, request, response));
  const settle = setInterval(() => settlePending(inside), options.delayMs);
  sender.look();
  return { port, book, close: () => close(server, { sender, settle, journal }) };
}

async function close(server: Server, { sender, settle, journal }: {
  sender: WebhookSender; settle: NodeJS.Timeout; journal: { close(): void };
}): Promise<void> {
  clearInterval(settle);
  sender.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  journal.close();
}

function settlePending({ book, sender }: Inside): void {
  for (const reference of book.pending()) book.decide(reference, true);
  sender.look();
}

async function serve(inside: Inside, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? '';
  const confirmed = /^\/confirm\/([\w-]+)$/.exec(path)?.[1];
  if (confirmed !== undefined) return confirm(inside, confirmed, request, response);
  if (path === '/health') return answer(response, { status: 200, body: { error: '' } });
  if (!isOurs(inside, request)) return answer(response, { status: 401, body: { error: 'a wrong key' } });
  const fetched = /^\/payments\/([\w-]+)$/.exec(path)?.[1];
  if (request.method === 'GET' && fetched !== undefined) {
    const payment = inside.book.payment(fetched);
    return answer(response, payment === null ? { status: 404, body: { error: 'no such payment' } }
      : { status: 200, body: payment });
  }
  const wanted = request.method === 'POST' ? wantedOf(path, await bodyOf(request)) : null;
  const key = request.headers['idempotency-key'];
  if (wanted === null || typeof key !== 'string') {
    return answer(response, { status: 400, body: { error: 'not understandable, or without an Idempotency-Key' } });
  }
  carryOut(inside, { key, wanted }, response);
}

/** Carries it out, and spoils the answer when that is what the amount or chance wants. */
function carryOut(inside: Inside, { key, wanted }: { key: string; wanted: Wanted }, response: ServerResponse): void {
  const { book, sender, next, faults, delayMs } = inside;
  const amountMinor = 'reference' in wanted ? book.payment(wanted.reference)?.amountMinor ?? 0 : wanted.amountMinor;
  const isFirst = !book.isKnown(key) && !inside.keysSeen.has(key);
  inside.keysSeen.add(key);
  const manner = mannerOf(amountMinor, { isFirst, next, faults });
  if (manner.answer === 'not-now') return answer(response, { status: 503, body: { error: 'try again later' } });
  const reply = book.perform(key, wanted);
  sender.look();
  if (manner.answer === 'lost') response.destroy();
  else if (manner.answer === 'late') setTimeout(() => answer(response, reply), delayMs);
  else answer(response, reply);
}

function wantedOf(path: string, body: unknown): Wanted | null {
  const parts = /^\/payments(?:\/([\w-]+)\/(capture|cancel|refund))?$/.exec(path);
  if (parts === null) return null;
  const kind = (parts[2] ?? 'authorize') as keyof typeof BODIES;
  const parsed = BODIES[kind].safeParse(body);
  return parsed.success ? { kind, ...(parts[1] === undefined ? {} : { reference: parts[1] }), ...parsed.data } as Wanted
    : null;
}

/** GET shows the page; POST with `answer=yes` or `answer=no` decides. */
async function confirm(
  { book, sender }: Inside, reference: string, request: IncomingMessage, response: ServerResponse,
): Promise<void> {
  const payment = book.payment(reference);
  const page = (status: number, text: string): void => {
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
      .end(`<!doctype html><title>Bank</title>${text}`);
  };
  if (payment === null) return page(404, 'There is no such payment.');
  if (request.method === 'POST') {
    const isPaid = new URLSearchParams(await textOf(request)).get('answer') === 'yes';
    const isDecided = book.decide(reference, isPaid);
    sender.look();
    return page(isDecided ? 200 : 409, isDecided ? 'Thank you.' : `The payment is ${payment.status}.`);
  }
  page(200, `<form method="post"><p>Pay ${payment.amountMinor} (minor units) ${payment.currency}?</p>`
    + '<button name="answer" value="yes">Yes</button> <button name="answer" value="no">No</button></form>');
}

function isOurs({ apiKey }: Inside, { headers }: IncomingMessage): boolean {
  const given = Buffer.from(headers.authorization ?? '');
  const right = Buffer.from(`Bearer ${apiKey}`);
  return given.length === right.length && timingSafeEqual(given, right);
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse(await textOf(request));
  } catch {
    return null;
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, { status, body }: Reply): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
