import { describe, expect, it } from 'vitest';
import { ask, DORA, lettersIn } from './accounts-for-tests.ts';
import { Network } from './core-harness.ts';
import { createState, derive, handle } from './handle.ts';
import { MAIL_FAILURES, MAIL_KEPT_MS } from './mails.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

const ERROR = 'the letter was not taken (ECONNECTION)';

function withLetter(): { network: Network; mailId: string } {
  const network = new Network({ registration: 'open' });
  const mailId = ask(network, { kind: 'register', registration: DORA }).letters[0]?.mailId ?? '';
  return { network, mailId };
}

describe('a letter', () => {
  it('that failed is tried again, later each time, and given up after ten failures', () => {
    const { network, mailId } = withLetter();
    const pauses: number[] = [];
    for (let failure = 1; failure < MAIL_FAILURES; failure++) {
      network.feed({ kind: 'mail-sent', mailId, error: ERROR });
      const startMs = network.now;
      const mail = network.state.mails.must(mailId);
      expect(mail).toMatchObject({ state: 'waiting', failures: failure, error: ERROR });
      network.later(mail.nextAtMs - startMs - 1);
      expect(lettersIn(network)).toEqual([]);
      network.later(1);
      expect(lettersIn(network)).toMatchObject([{ mailId, email: DORA.email }]);
      pauses.push((network.now - startMs) / 1_000);
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    network.feed({ kind: 'mail-sent', mailId, error: ERROR });
    expect(network.effects).toMatchObject([{ kind: 'message', level: 'warn' }]);
    expect(network.state.mails.must(mailId).state).toBe('given-up');
  });

  it('that was being sent when the process ended is sent again; one that was sent is not', () => {
    const { network, mailId } = withLetter();
    const other = { ...DORA, email: 'eva@example.org' };
    const sent = ask(network, { kind: 'register', registration: other }).letters[0]?.mailId;
    network.feed({ kind: 'mail-sent', mailId: sent ?? '', error: null });
    derive(network.state, network.now);
    network.later(60_000);
    expect(lettersIn(network).map((letter) => letter.mailId)).toEqual([mailId]);
    network.feed({ kind: 'mail-sent', mailId, error: null }, { kind: 'mail-sent', mailId, error: ERROR });
    expect(network.state.mails.must(mailId).state).toBe('sent');
  });

  it('that waits is not held up by a clock that went back while nobody was awake', () => {
    const { network, mailId } = withLetter();
    network.feed({ kind: 'mail-sent', mailId, error: ERROR });
    network.now -= 24 * 3_600_000;
    const again = createState({ ...DEFAULT_SETTINGS });
    for (const mail of network.state.mails.values()) again.mails.load(mail);
    derive(again, network.now);
    const letters = (afterMs: number) => handle(again, { kind: 'tick' }, network.now + afterMs)
      .filter(({ kind }) => kind === 'send-mail').length;
    expect([letters(39_999), letters(40_000)]).toEqual([0, 1]);
  });

  it('goes, with its address, a day after it was sent', () => {
    const { network, mailId } = withLetter();
    network.feed({ kind: 'mail-sent', mailId, error: null });
    network.later(MAIL_KEPT_MS);
    expect(network.state.mails.size).toBe(0);
  });
});
