// Sends letters: over SMTP, or, where no server is set, into files of a folder, for development. This folder alone
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

const CONNECT_MS = 10_000;
const SILENT_MS = 30_000;
/** Letters at once. */
const CONNECTIONS = 2;

/**
 * `url` is smtp://user:password@host:port, or smtps:// for TLS from the first byte. Off the loopback STARTTLS is
 * insisted on, unless `insecure`. @throws Failure
 */
export function smtpMailer({ url, from, insecure }: { url: string; from: string; insecure: boolean }): Mailer {
  const { protocol, hostname, port, username, password } = parseUrl(url);
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    pool: true, maxConnections: CONNECTIONS, host: hostname, port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure, requireTLS: !secure && !isLoopback(hostname) && !insecure,
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: SILENT_MS,
    disableFileAccess: true, disableUrlAccess: true,
  });
  return {
    async send(letter) {
      try {
        await transport.sendMail({ from, to: { name: '', address: letter.to }, ...letterText(letter), messageId: idOf(letter) });
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
      const head = `From: ${from}\nTo: ${letter.to}\nSubject: ${subject}\n`;
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
  if (parsed !== null && /^smtps?:$/.test(parsed.protocol) && parsed.hostname !== '') return parsed;
  throw new Failure('bad-configuration', '--smtp-url is smtp://user:password@host:port or smtps://…');
}

/** The same for every attempt: a mail program shows a letter once that was sent twice. */
function idOf({ mailId }: Letter): string {
  return `<${mailId}@ev-central>`;
}

/** Servers repeat the address in what they say; their codes say enough. */
function withoutAddress(error: unknown): string {
  const said = typeof error === 'object' && error !== null && 'responseCode' in error ? Number(error.responseCode) : null;
  const answer = said === null || Number.isNaN(said) ? '' : `, the server answered ${said}`;
  return `the letter was not taken (${codeOf(error) ?? 'unknown'}${answer})`;
}

function codeOf(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : null;
}
