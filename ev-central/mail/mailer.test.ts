// Letters over a real SMTP server, and into a folder.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { userId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import { LANGUAGES } from '../../shared/messages/accounts.ts';
import { openMailer } from '../mail-settings.ts';
import { type Letter, letterText } from './letters.ts';
import { folderMailer, type Mailer, smtpMailer } from './mailer.ts';

const CODE = 'k7f2-812-ABCDEFGHIJKLMNOPQRST';
const LETTER: Letter = {
  mailId: 'k7f2-812', userId: userId('ana'), what: 'reset-password', email: 'ana@example.org', language: 'es',
  code: CODE, facts: null,
};
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function startServer(options: SMTPServerOptions = {}): Promise<{ url: string; mails: ParsedMail[] }> {
  const mails: ParsedMail[] = [];
  const server = new SMTPServer({
    authOptional: true, disabledCommands: ['STARTTLS'], logger: false,
    onData(stream, _session, done) {
      simpleParser(stream).then((mail) => {
        mails.push(mail);
        done();
      }, done);
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise<void>((resolve) => server.close(resolve)));
  return { url: `smtp://ev@127.0.0.1:${(server.server.address() as AddressInfo).port}`, mails };
}

function mailer(url: string, password: string | null = 'secret'): Mailer {
  const made = smtpMailer({ url, password, from: 'EV network <ev@example.com>', insecure: false });
  closers.push(() => made.close());
  return made;
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'ev-mail-'));
  closers.push(() => rmSync(made, { recursive: true }));
  return made;
}

it.each([
  ['en', 'since 28/11/2026: 1234.50 EUR is owed.'], ['es', 'desde 28/11/2026: se deben 1234,50 EUR.'],
  ['pt', 'desde 28/11/2026: devem-se 1234,50 EUR.'],
] as const)('a letter about a debt says in %s: %s', (language, says) => {
  const facts = { owedMinor: 123_450, currency: currency('EUR'), sinceMs: Date.UTC(2026, 10, 28), groupId: null };
  expect(letterText({ ...LETTER, what: 'debt-reminder', language, code: null, facts }).text).toContain(says);
});

describe('letters over SMTP', () => {
  it('arrive whole, in the language of the person, and the same letter again has the same id', async () => {
    const { url, mails } = await startServer({
      authOptional: false, allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        done(username === 'ev' && password === 'secret' ? null : new Error('no'), { user: 'ev' }),
    });
    const { send } = mailer(url);
    for (const language of LANGUAGES) await send({ ...LETTER, language });
    expect(mails.map(({ subject }) => subject)).toEqual([
      'EV network: a new password', 'EV network: una contraseña nueva', 'EV network: uma palavra-passe nova',
    ]);
    for (const { text, to, from, messageId } of mails) {
      expect(text).toContain(CODE);
      expect(text).toContain('ana');
      expect([to].flat().map((each) => each?.text)).toEqual(['ana@example.org']);
      expect([from?.text, messageId]).toEqual(['"EV network" <ev@example.com>', '<k7f2-812@ev-central>']);
    }
  });

  it.each([
    ['refuses the address', {
      onAuth: (_auth, _session, done) => done(null, { user: 'ev' }), allowInsecureAuth: true,
      onRcptTo: (_to, _session, done) => done(Object.assign(new Error('no such box'), { responseCode: 550 })),
    }, /EENVELOPE, the server answered 550/],
    ['refuses the password', {
      authOptional: false, allowInsecureAuth: true, onAuth: (_auth, _session, done) => done(new Error('x')),
    }, /EAUTH, the server answered 535/],
  ] satisfies [string, SMTPServerOptions, RegExp][])('fail when the server %s, in words without the address',
    async (_what, options, says) => {
      const { url } = await startServer(options);
      const error = await mailer(url).send(LETTER).then(() => null, (caught: unknown) => caught);
      expect(String(error)).toMatch(says);
      expect(String(error)).not.toContain('example');
    });

  it('fail when nobody listens', async () => {
    await expect(mailer('smtp://127.0.0.1:9').send(LETTER)).rejects.toThrow(/was not taken \(E/);
  });

  it('to a name that would be a second recipient or a head of its own reach one address', async () => {
    const { url, mails } = await startServer();
    const { send } = mailer(url.replace('ev@', ''));
    await send({ ...LETTER, email: '"a, eve@example.org"@example.org' }).catch(() => undefined);
    for (const { to } of mails) expect([to].flat().flatMap((each) => each?.value ?? []).length).toBe(1);
  });
});

describe('the settings', () => {
  const base = {
    smtpUrl: null, smtpPasswordFile: null, mailFrom: 'ev@example.com', mailFolder: null, insecure: false, dataDir: '.',
    registration: 'closed',
  } as const;

  it.each([
    ['a password in the address', { smtpUrl: 'smtp://ev:secret@127.0.0.1' }, /use --smtp-password-file/],
    ['no address of a server', { smtpUrl: 'mail.example.com' }, /--smtp-url is smtp:/],
    ['a file that is not there', { smtpUrl: 'smtp://ev@127.0.0.1', smtpPasswordFile: 'nowhere' }, /cannot be read/],
    ['a password for no server', { smtpPasswordFile: 'x' }, /needs --smtp-url/],
  ])('with %s are refused', (_what, change, says) => {
    expect(() => openMailer({ ...base, ...change }, () => undefined)).toThrow(says);
  });

  it('take the password from the first line of a file', async () => {
    const seen: string[] = [];
    const { url } = await startServer({
      authOptional: false, allowInsecureAuth: true,
      onAuth: ({ password }, _session, done) => {
        seen.push(String(password));
        done(null, { user: 'ev' });
      },
    });
    const file = join(folder(), 'password');
    writeFileSync(file, 'correct horse\n');
    const made = openMailer({ ...base, smtpUrl: url, smtpPasswordFile: file }, () => undefined);
    closers.push(() => made.close());
    await made.send(LETTER);
    expect(seen).toEqual(['correct horse']);
  });
});

describe('letters in a folder', () => {
  it('are files that only this account can read', async () => {
    const inside = join(folder(), 'mail');
    await folderMailer({ folder: inside, from: 'ev@example.com' }).send(LETTER);
    const [name = ''] = readdirSync(inside);
    const text = readFileSync(join(inside, name), 'utf8');
    expect(text).toMatch(/^From: .*\nTo: ana@example.org\nSubject: [^]*k7f2-812-ABC/);
    if (process.platform !== 'win32') expect(statSync(join(inside, name)).mode & 0o077).toBe(0);
  });

  it('fail where nothing can be written', async () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    const { send } = folderMailer({ folder: join(file, 'mail'), from: 'x' });
    await expect(send(LETTER)).rejects.toThrow(/ENOTDIR|EEXIST/);
  });
});
