// Letters of the demo: a mail server of its own (real SMTP), an ev-notifier that sends to it and is started again when
// it dies, and e-mail addresses of the drivers, which they verify with the code from a letter, as anybody does.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { describeError } from '../../shared/log.ts';
import { freePort } from '../broker/ports.ts';
import type { Network } from '../network/network.ts';
import { type NotifierPlace, startNotifier, takeServiceKey } from '../network/notifier.ts';
import { type Mail, openPostOffice, type PostOffice } from '../network/post-office.ts';

/** One that ends sooner after its start cannot work: it would be started for ever. */
const SHORTEST_LIFE_MS = 3_000;
const CODE = /^[a-z0-9]+-\d+-[A-Za-z0-9_-]{8,}$/;

export type Post = {
  readonly office: PostOffice;
  /** Every letter is written here too, for people who look on. */
  readonly lettersFile: string;
  readonly apiPort: number;
};

/** The network that it belongs to. */
type At = { readonly network: Network; readonly post: Post };

/** Opens the mail server; EV_Central and ev-notifier send to it. */
export async function openPost(dir: string): Promise<Post> {
  const lettersFile = join(dir, 'letters.txt');
  appendFileSync(lettersFile, '');
  const office = await openPostOffice((mail) => appendFileSync(lettersFile, `${letterLines(mail).join('\n')}\n\n`));
  return { office, lettersFile, apiPort: await freePort() };
}

/** A letter as it arrived, for people. */
export function letterLines({ from, to, subject, lines }: Mail): string[] {
  return [`From: ${from}`, `To: ${to}`, `Subject: ${subject}`, ...lines];
}

/** What an ev-notifier of this demo is started with. EV_Central runs. */
export async function notifierPlace({ network, post }: At): Promise<NotifierPlace> {
  return { keyFile: await takeServiceKey(network), smtpUrl: post.office.url };
}

/** Starts ev-notifier, and again whenever it dies; `say` tells of that. Resolves when it is at work. */
export async function keepNotifier({ network, post }: At, say: (text: string) => void): Promise<void> {
  const place = await notifierPlace({ network, post });
  const first = await startNotifier(network, place);
  const watch = async (): Promise<void> => {
    for (let notifier = first, startedMs = Date.now(); ;) {
      await notifier.exited();
      if (network.hasEnded) return;
      if (Date.now() - startedMs < SHORTEST_LIFE_MS) throw new Error('it ended at once');
      say('is dead; it is started again, and what was in the air is sent again');
      startedMs = Date.now();
      notifier = await startNotifier(network, place);
    }
  };
  void watch().catch((error: unknown) => {
    if (!network.hasEnded) say(`cannot be started again: ${describeError(error)}`);
  });
}

/** Each driver tells EV_Central her address over the REST API and gives it the code from the letter that it sends. */
export async function giveAddresses(
  { network, post, driverIds }: At & { readonly driverIds: readonly string[] },
): Promise<void> {
  const api = new OwnAccount(`http://127.0.0.1:${post.apiPort}/api/v1`);
  for (const userId of driverIds) {
    const password = network.secrets.users[userId]?.password ?? '';
    const { accessToken } = z.object({ accessToken: z.string() })
      .parse(await api.call('POST', '/auth/login', { body: { userId, password } }));
    const name = `${userId.charAt(0).toUpperCase()}${userId.slice(1)}`;
    await api.call('PUT', '/me/profile', {
      body: { name, language: 'en', timeZone: 'Europe/Madrid' }, token: accessToken,
    });
    const email = addressOf(userId);
    await api.call('POST', '/me/email', { body: { email, password }, token: accessToken });
    const letter = await post.office.letter(({ to, kind, lines }) => to === email && kind === '' && lines.some(isCode),
      { what: `the letter with the code for ${email}` });
    await api.call('POST', '/auth/verify', { body: { code: letter.lines.find(isCode) } });
  }
}

export function addressOf(driverId: string): string {
  return `${driverId}@example.org`;
}

function isCode(line: string): boolean {
  return CODE.test(line);
}

/** As much of the REST API as a person needs for her address. */
class OwnAccount {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  async call(method: string, path: string, { body, token }: { body: object; token?: string }): Promise<unknown> {
    const response = await fetch(`${this.#base}${path}`, {
      method, body: JSON.stringify(body),
      headers: {
        'content-type': 'application/json', ...(method === 'PUT' ? { 'if-match': '*' } : {}),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}
