// A client of the REST API on real HTTP, and a Central with a person of each role to call it.
import { PASSWORD_HASH, startTestCentral, type TestCentral, waitFor } from '../../ev-central/central-for-tests.ts';
import type { Role } from '../../shared/messages/values.ts';
import { userId } from '../../shared/ids.ts';
import { sampleUser } from '../../ev-central/store/sample-rows.ts';

export const PASSWORD = 'correct horse';
/** One person of each role. */
export const PEOPLE: Readonly<Record<Role, string>> = {
  user: 'ana', operator: 'olga', technician: 'tom', admin: 'ada',
};

export type Reply = {
  readonly status: number; readonly headers: Headers; readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
};
export type Call = {
  readonly method?: string; readonly body?: unknown; readonly token?: string; readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export class ApiClient {
  readonly base: string;
  #keys = 0;

  constructor(port: number) {
    this.base = `http://127.0.0.1:${port}`;
  }

  async call(path: string, { method = 'GET', body, token, key, headers = {} }: Call = {}): Promise<Reply> {
    const answer = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(key === undefined ? {} : { 'x-api-key': key }), ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, body: parsed(text) };
  }

  /** A call under an idempotency key of its own. */
  post(path: string, body: unknown, token: string, idempotencyKey = this.freshKey()): Promise<Reply> {
    return this.call(path, { method: 'POST', body, token, headers: { 'idempotency-key': idempotencyKey } });
  }

  freshKey(): string {
    this.#keys += 1;
    return `test-key-${this.#keys}-${Math.random().toString(36).slice(2)}`;
  }

  async logIn(who: string, password = PASSWORD): Promise<Readonly<Record<string, unknown>>> {
    const { status, body } = await this.call('/api/v1/auth/login', {
      method: 'POST', body: { userId: who, password },
    });
    if (status !== 200) throw new Error(`log-in of ${who}: ${JSON.stringify(body)}`);
    return body;
  }

  async tokenOf(who: string): Promise<string> {
    return String((await this.logIn(who))['accessToken']);
  }
}

export type ApiCentral = TestCentral & { readonly client: ApiClient };

/** A Central with its API, whose bus is up. */
export async function startApiCentral(options: Parameters<typeof startTestCentral>[0] = {}): Promise<ApiCentral> {
  const central = await startTestCentral({ passwordHash: PASSWORD_HASH, api: {}, ...options });
  const { state } = central.central;
  for (const [role, id] of [['technician', 'tom'], ['admin', 'ada']] as const) {
    if (state.users.get(userId(id)) === undefined) {
      state.users.put(sampleUser({ userId: userId(id), role, passwordHash: PASSWORD_HASH }));
    }
  }
  await waitFor(() => state.bus.up);
  return { ...central, client: new ApiClient(central.apiPort) };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
