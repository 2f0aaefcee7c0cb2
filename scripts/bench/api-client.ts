// A client of the REST API that costs little beside what is measured: some connections that stay, one request at a time
// on each. What goes wrong is an answer, too: the bench counts it.
import { Agent, type IncomingMessage, request } from 'node:http';
import { describeError } from '../../shared/log.ts';
import { type Place, PROBE } from './fleets.ts';

/** Requests under way at once. */
export const CONNECTIONS = 64;
/** Longer than EV_Central itself allows a request. */
const ANSWER_MS = 40_000;

type Reply = { readonly status: number; readonly text: string };

/** What did not come about: which request, and what happened instead. */
export class ApiTrouble extends Error {
  override readonly name = 'ApiTrouble';
}

/** Logged in as the probe's driver. Has a lifetime: the connections. */
export class ApiClient {
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  #token = '';
  #keys = 0;

  private constructor(port: number) {
    this.#port = port;
  }

  /** Throws `ApiTrouble`, as all methods do. */
  static async logIn(port: number, password: string): Promise<ApiClient> {
    const client = new ApiClient(port);
    const body = await client.#ask('POST', '/auth/login', { userId: PROBE, password }, {});
    client.#token = String(body['accessToken']);
    return client;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Reads, and leaves the answer unread: making an object of it costs as much as asking. */
  async read(path: string): Promise<void> {
    await this.#insist('GET', path, undefined, {});
  }

  async start({ pointId, connectorNo }: Place): Promise<string> {
    const body = await this.#post('/sessions', { target: { kind: 'point', pointId, connectorNo } });
    return String(body['sessionId']);
  }

  async cancel(sessionId: string): Promise<void> {
    await this.#post(`/sessions/${sessionId}/cancel`, {});
  }

  async #post(path: string, body: unknown): Promise<Record<string, unknown>> {
    this.#keys += 1;
    return this.#ask('POST', path, body, { 'idempotency-key': `bench-${process.pid}-${this.#keys}` });
  }

  async #ask(
    method: 'GET' | 'POST', path: string, body: unknown, headers: Readonly<Record<string, string>>,
  ): Promise<Record<string, unknown>> {
    return JSON.parse(await this.#insist(method, path, body, headers)) as Record<string, unknown>;
  }

  async #insist(
    method: 'GET' | 'POST', path: string, body: unknown, headers: Readonly<Record<string, string>>,
  ): Promise<string> {
    const what = `${method} ${path.split('?')[0] ?? ''}`;
    let reply: Reply;
    try {
      reply = await this.#send(method, path, body === undefined ? null : JSON.stringify(body), headers);
    } catch (cause) {
      throw new ApiTrouble(`${what}: ${describeError(cause)}`, { cause });
    }
    if (reply.status >= 200 && reply.status < 300) return reply.text;
    throw new ApiTrouble(`${what}: answered with ${reply.status}, ${reply.text.slice(0, 300)}`);
  }

  #send(
    method: string, path: string, body: string | null, headers: Readonly<Record<string, string>>,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const sent = request({
        host: '127.0.0.1', port: this.#port, path: `/api/v1${path}`, method, agent: this.#agent, headers: {
          ...headers, ...(this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` }),
          ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
      }, (answer) => void textOf(answer).then((text) => resolve({ status: answer.statusCode ?? 0, text }), reject));
      sent.setTimeout(ANSWER_MS, () => sent.destroy(new Error(`no answer in ${ANSWER_MS / 1_000} s`)));
      sent.on('error', reject);
      sent.end(body ?? undefined);
    });
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
