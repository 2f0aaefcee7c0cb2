// E-mail over SMTP. A letter has the same Message-ID at every attempt, so a mail program shows it once.
import { createTransport } from 'nodemailer';
import { Failure } from '../../shared/failure.ts';
import { isLoopback } from '../../shared/wire/loopback.ts';
import { MOST_SENDING } from '../core/handle.ts';
import type { Outcome } from '../core/state.ts';
import { wordingOf } from '../words/letter.ts';
import { failure, type SendParcel } from './port.ts';

export type SmtpOptions = {
  readonly url: string; readonly password: string | null; readonly from: string;
  /** Off the loopback STARTTLS is insisted on, unless this says otherwise. */
  readonly insecure: boolean;
};

const CONNECT_MS = 10_000;
const SILENT_MS = 30_000;

/** @throws Failure when the settings make no sense. */
export function emailChannel({ url, password, from, insecure }: SmtpOptions): { send: SendParcel; close: () => void } {
  const { protocol, hostname, port, username } = parseUrl(url);
  const secure = protocol === 'smtps:';
  const usual = secure ? 465 : 587;
  const transport = createTransport({
    pool: true, maxConnections: MOST_SENDING, host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? usual : Number(port), secure, requireTLS: !secure && !isLoopback(hostname) && !insecure,
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: password ?? '' } }),
    connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: SILENT_MS,
    disableFileAccess: true, disableUrlAccess: true,
  });
  return {
    async send({ delivery, occasion, contact }) {
      const address = contact?.email ?? null;
      if (contact === null || address === null) return failure('no address', false);
      const { subject, body } = wordingOf(occasion, contact);
      try {
        const { response } = await transport.sendMail({
          from, to: { name: '', address }, subject, text: body, messageId: `<${delivery.deliveryId}@ev-notifier>`,
          headers: { 'Auto-Submitted': 'auto-generated', 'X-EV-Notification': occasion.kind },
        });
        return { ok: true, providerId: queueIdOf(response) };
      } catch (error) {
        return refusal(error);
      }
    },
    close: () => transport.close(),
  };
}

/** Servers repeat the address in what they say; their codes say enough. 5xx is for good (RFC 5321, 4.2.1). */
function refusal(error: unknown): Outcome {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  const answered = typeof responseCode === 'number' ? `, the server answered ${responseCode}` : '';
  // Other codes are about the server or our log-in there: not about this letter.
  const isOfLetter = code === 'EENVELOPE' || code === 'EMESSAGE';
  const isForGood = typeof responseCode === 'number' && responseCode >= 500 && isOfLetter;
  return failure(`the letter was not taken (${typeof code === 'string' ? code : 'unknown'}${answered})`, !isForGood);
}

/** `250 2.0.0 Ok: queued as 4F2A` → `4F2A`; many servers say it like this. */
function queueIdOf(response: string): string | null {
  return /queued as ([A-Za-z0-9._-]{1,60})/i.exec(response)?.[1] ?? null;
}

function parseUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || !/^smtps?:$/.test(parsed.protocol) || parsed.hostname === '') {
    throw new Failure('bad-configuration', '--smtp-url is smtp://user@host:port or smtps://user@host:port');
  }
  if (parsed.password === '') return parsed;
  throw new Failure('bad-configuration',
    '--smtp-url must not hold a password, which everybody sees in a list of processes: use --smtp-password-file');
}
