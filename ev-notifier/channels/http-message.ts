// Text and chat messages through a service that takes JSON over HTTP: an address, a template, a bearer token.
import { Failure } from '../../shared/failure.ts';
import { isLoopback } from '../../shared/wire/loopback.ts';
import { wordingOf } from '../words/letter.ts';
import { failure, type SendParcel } from './port.ts';
import { post } from './post.ts';

export type HttpMessageOptions = {
  readonly channel: 'sms' | 'chat';
  readonly url: string; readonly template: string; readonly token: string | null; readonly nowMs: () => number;
  readonly insecure: boolean;
};

const VALUES = ['to', 'subject', 'short', 'body', 'kind', 'id'] as const;
type Values = Readonly<Record<(typeof VALUES)[number], string>>;

/** @throws Failure when the settings make no sense. */
export function httpMessageChannel({ channel, url, template, token, nowMs, insecure }: HttpMessageOptions): SendParcel {
  insistOnHttps(url, `--${channel}-url`, insecure);
  const shape = parseTemplate(template, `--${channel}-template`);
  return async ({ delivery: { deliveryId }, occasion, contact }) => {
    const to = channel === 'sms' ? contact?.phone : contact?.chat;
    if (contact === null || to === null || to === undefined) return failure('no address', false);
    const values: Values = { to, ...wordingOf(occasion, contact), kind: occasion.kind, id: deliveryId };
    return post({
      url,
      headers: {
        'content-type': 'application/json', 'idempotency-key': deliveryId,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(filled(shape, values)),
    }, nowMs);
  };
}

/** What goes out in the open can be read on its way. @throws Failure */
export function insistOnHttps(url: string, flag: string, insecure: boolean): void {
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') {
    throw new Failure('bad-configuration', `${flag} must not hold a password: give a file with the token instead`);
  }
  if (protocol === 'https:' || insecure || isLoopback(hostname)) return;
  throw new Failure('tls-required', `${flag} is http:// off this machine: use https://, or --insecure and know why`);
}

/** @throws Failure */
export function parseTemplate(template: string, flag: string): unknown {
  let shape: unknown;
  try {
    shape = JSON.parse(template);
  } catch (cause) {
    throw new Failure('bad-configuration', `${flag} is no JSON`, cause);
  }
  const named = [...template.matchAll(/\{\{([^{}]*)\}\}/g)].map(([, name = '']) => name);
  const unknown = named.find((name) => !(VALUES as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new Failure('bad-configuration', `${flag} names {{${unknown}}}: there are ${VALUES.join(', ')}`);
  }
  if (!named.includes('to')) throw new Failure('bad-configuration', `${flag} does not say to whom: it needs {{to}}`);
  return shape;
}

/** Values go into strings of the template, never into its syntax. */
export function filled(shape: unknown, values: Values): unknown {
  if (typeof shape === 'string') {
    return shape.replace(/\{\{([a-z]+)\}\}/g, (_all, name: string) => values[name as keyof Values]);
  }
  if (Array.isArray(shape)) return shape.map((each) => filled(each, values));
  if (typeof shape !== 'object' || shape === null) return shape;
  return Object.fromEntries(Object.entries(shape).map(([name, each]) => [name, filled(each, values)]));
}
