// Sends letters: over SMTP, or, where no server is set, into files of a folder, for a classroom. This folder alone
// imports the mail library. An error says what went wrong without the address: it is kept and logged.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { Failure } from '../../shared/failure.ts';
import { isLoopback } from '../../shared/wire/loopback.ts';
import { type Letter, letterText } from './letters.ts';

/** Resolves when the letter is out of our hands; rejects with an error that names no address. */
export type SendLetter = (letter: Letter) => Promise<void>;
export type Mailer = { readonly send: SendLetter; readonly close: () => void };

export type SmtpOptions = {
  /** smtp://user@host:port, or smtps:// for TLS from the first byte. */
  readonly url: string; readonly password: string | null; readonly from: string;
  /** Off the loopback STARTTLS is insisted on, unless this says otherwise. */
  readonly insecure: boolean;
};

const CONNECT_MS = 10_000;
const SILENT_MS = 30_000;
/** A letter for which nothing is heard so long, in the queue or on the line, is tried again later. */
const LETTER_MS = 10 * 60_000;
/** Letters at once. */
const CONNECTIONS = 2;

/** @throws Failure when the settings make no sense. */
export function smtpMailer({ url, password, from, insecure }: SmtpOptions): Mailer {
  const { protocol, hostname, port, username } = parseUrl(url);
  const secure = protocol === 'smtps:';
  const usual = secure ? 465 : 587;
  const transport = createTransport({
    pool: true, maxConnections: CONNECTIONS, host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? usual : Number(port), secure, requireTLS: !secure && !isLoopback(hostname) && !insecure,
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: password ?? '' } }),
    connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: SILENT_MS,
    disableFileAccess: true, disableUrlAccess: true,
  });
  return {
    async send(letter) {
      try {
        await inTime(transport.sendMail({
          from, to: { name: '', address: letter.email }, ...letterText(letter), messageId: idOf(letter),
        }));
      } catch (error) {
        throw new Error(withoutAddress(error));
      }
    },
    close: () => transport.close(),
  };
}

/** Writes each letter as a file that only this account can read. */
export function folderMailer({ folder, from }: { folder: string; from: string }): Mailer {
  return {
    send(letter) {
      const { subject, text } = letterText(letter);
      const head = `From: ${from}\nTo: ${letter.email}\nSubject: ${subject}\n`;
      const name = `${letter.mailId}-${letter.what}-${randomBytes(3).toString('hex')}.txt`;
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(join(folder, name), `${head}\n${text}`, { mode: 0o600, flag: 'wx' });
        return Promise.resolve();
      } catch (error) {
        return Promise.reject(new Error(`the folder for letters cannot be written (${codeOf(error) ?? 'unknown'})`));
      }
    },
    close: () => undefined,
  };
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

async function inTime(sending: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })), LETTER_MS).unref();
  });
  try {
    await Promise.race([sending, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The same for every attempt: a mail program shows a letter once that was sent twice. */
function idOf({ mailId }: Letter): string {
  return `<${mailId}@ev-central>`;
}

/** Servers repeat the address in what they say; their codes say enough. */
function withoutAddress(error: unknown): string {
  const { responseCode } = error as { responseCode?: unknown };
  const answer = typeof responseCode === 'number' ? `, the server answered ${responseCode}` : '';
  return `the letter was not taken (${codeOf(error) ?? 'unknown'}${answer})`;
}

function codeOf(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : null;
}
