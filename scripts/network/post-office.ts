// A mail server on this machine, over real SMTP: what the network sends is received, taken apart and kept in memory. It
// passes nothing on. The demo, the drills and the end-to-end tests open theirs here.
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** A letter as it arrived. */
export type Mail = {
  readonly from: string; readonly to: string; readonly subject: string;
  /** Its text without blank lines. */
  readonly lines: readonly string[];
  /** A letter that is sent again has the same one. */
  readonly messageId: string;
  /** What ev-notifier wrote it about; empty: somebody else wrote it. */
  readonly kind: string;
};

export type PostOffice = {
  /** `smtp://127.0.0.1:PORT` */
  readonly url: string;
  /** In the order in which they arrived. */
  readonly mails: readonly Mail[];
  /** So long after it has a letter it says that it has taken it. */
  delayMs: number;
  /** It takes letters for nobody. */
  refuse: boolean;
  /** The first letter after the first `from` ones for which it holds, if it comes in time. */
  letter(matches: (mail: Mail) => boolean, wait: { what: string; from?: number; timeoutMs?: number }): Promise<Mail>;
  close(): Promise<void>;
};

export type Login = { readonly user: string; readonly password: string };

const LETTER_MS = 60_000;

/**
 * Opens one on a free port. `onMail` hears of every letter when it has arrived. With a log-in it takes letters only
 * after that.
 */
export async function openPostOffice(
  onMail: (mail: Mail) => void = () => undefined, login: Login | null = null,
): Promise<PostOffice> {
  const mails: Mail[] = [];
  const waiting = new Set<() => void>();
  const server = new SMTPServer({
    authOptional: login === null, allowInsecureAuth: true, disabledCommands: ['STARTTLS'], logger: false,
    onAuth: ({ username, password }, _session, done) => {
      const isRight = username === login?.user && password === login?.password;
      done(isRight ? null : new Error('not the password'), { user: username });
    },
    // As servers do, it names the address.
    onRcptTo: ({ address }, _session, done) =>
      done(office.refuse ? Object.assign(new Error(`nobody lives at ${address}`), { responseCode: 550 }) : null),
    onData(stream, _session, done) {
      simpleParser(stream).then((parsed) => {
        const mail = mailOf(parsed);
        mails.push(mail);
        onMail(mail);
        for (const look of [...waiting]) look();
        setTimeout(done, office.delayMs);
      }, done);
    },
  });
  // A sender that is killed breaks its connection off: it sends again.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const office: PostOffice = {
    url: `smtp://127.0.0.1:${port}`, mails, delayMs: 0, refuse: false,
    letter: (matches, { what, from = 0, timeoutMs = LETTER_MS }) => new Promise((resolve, reject) => {
      const look = (): void => {
        const found = mails.slice(from).find(matches);
        if (found !== undefined) finish(() => resolve(found));
      };
      const timer = setTimeout(() => finish(() => {
        const seen = mails.slice(from).map(({ to, subject }) => `${to}: ${subject}`).join('; ');
        reject(new Error(`${what} did not arrive within ${timeoutMs} ms; arrived: ${seen === '' ? 'nothing' : seen}`));
      }), timeoutMs);
      const finish = (settle: () => void): void => {
        waiting.delete(look);
        clearTimeout(timer);
        settle();
      };
      waiting.add(look);
      look();
    }),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
  return office;
}

function mailOf({ from, to, subject, text, messageId, headers }: ParsedMail): Mail {
  const kind = headers.get('x-ev-notification');
  return {
    from: from?.text ?? '', to: [to ?? []].flat().map((each) => each.text).join(', '), subject: subject ?? '',
    lines: (text ?? '').split('\n').map((line) => line.trim()).filter((line) => line !== ''),
    messageId: messageId ?? '', kind: typeof kind === 'string' ? kind : '',
  };
}
