import { describe, expect, it } from 'vitest';
import { accessId, connectionId, groupId, messageId, userId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import { ask, confirmed, DORA, lettersIn, NEW_HASH, openAccount } from './accounts-for-tests.ts';
import { CODE_LIFE_MS } from './account-codes.ts';
import { ANA, BEN, Network } from './core-harness.ts';
import { SAME_MAIL_AGAIN_MS } from './mails.ts';

const DORA_ID = userId('dora');
const account = { userId: DORA_ID, passwordHash: NEW_HASH };

function open(): Network {
  return new Network({ registration: 'open' });
}

/** A person with a verified address. */
function withDora(): Network {
  const network = open();
  openAccount(network);
  network.later(SAME_MAIL_AGAIN_MS);
  return network;
}

describe('a registration', () => {
  it('opens an account with the code from its letter, whose bearer chooses id and password, once', () => {
    const network = open();
    const { told, letters } = ask(network, { kind: 'register', registration: DORA });
    expect(told).toEqual({ type: 'account-result', outcome: 'done', reason: null, userId: null, retryAfterMs: null });
    expect(letters).toMatchObject([{ what: 'register', email: DORA.email, language: 'es', userId: null }]);
    const codeId = letters[0]?.mailId ?? '';
    expect(ask(network, { kind: 'verify', codeId, account: null }).told.reason).toBe('id-missing');
    expect(ask(network, { kind: 'verify', codeId, account: { ...account, userId: ANA } }).told.reason).toBe('id-taken');
    expect(ask(network, { kind: 'verify', codeId, account }).told).toMatchObject({ outcome: 'done', userId: 'dora' });
    expect(network.state.users.must(DORA_ID)).toMatchObject({ role: 'user', active: true, passwordHash: NEW_HASH });
    expect(network.state.persons.must(DORA_ID)).toMatchObject({ email: DORA.email, timeZone: 'Europe/Madrid' });
    expect(ask(network, { kind: 'verify', codeId, account }).told.reason).toBe('code-wrong');
  });

  it('is refused where it is closed, and without a time zone that there is', () => {
    expect(ask(new Network(), { kind: 'register', registration: DORA }).told.reason).toBe('registration-closed');
    const wrong = { ...DORA, timeZone: 'Europe/Alicante' };
    expect(ask(open(), { kind: 'register', registration: wrong }).told.reason).toBe('zone-unknown');
  });

  it('with a known address is answered as with another one: only the letter to its owner tells', () => {
    const network = withDora();
    const known = ask(network, { kind: 'register', registration: { ...DORA, email: 'DORA@example.org' } });
    const unknown = ask(network, { kind: 'register', registration: { ...DORA, email: 'eva@example.org' } });
    expect(known.told).toEqual(unknown.told);
    expect(known.letters.map(({ what }) => what)).toEqual(['already-registered']);
    expect(unknown.letters.map(({ what }) => what)).toEqual(['register']);
  });

  it('by somebody else with the same address opens nothing once its owner has opened her account', () => {
    const network = open();
    const thief = ask(network, { kind: 'register', registration: DORA }).letters[0]?.mailId ?? '';
    network.later(SAME_MAIL_AGAIN_MS);
    openAccount(network);
    const his = { ...account, userId: userId('thief') };
    expect(ask(network, { kind: 'verify', codeId: thief, account: his }).told.reason).toBe('code-wrong');
    expect(network.state.users.get(userId('thief'))).toBeUndefined();
  });

  it('comes to nothing when its code has expired', () => {
    const network = open();
    const codeId = ask(network, { kind: 'register', registration: DORA }).letters[0]?.mailId ?? '';
    network.later(CODE_LIFE_MS.register);
    expect(ask(network, { kind: 'verify', codeId, account }).told.reason).toBe('code-wrong');
    expect(network.state.accountCodes.size).toBe(0);
  });
});

describe('a forgotten password', () => {
  it('is set anew with the code from a letter, which serves once, ends log-ins and keeps the second factor', () => {
    const network = withDora();
    network.order({
      kind: 'enrol-second-factor', userId: DORA_ID, secretBase64: Buffer.alloc(20).toString('base64'), counter: 1,
      recoverySha256s: [],
    });
    network.state.apiSessions.put({
      accessId: accessId('x-1'), userId: DORA_ID, refreshSha256: '', createdAtMs: 0, usedAtMs: 0,
      expiresAtMs: Infinity, revokedAtMs: null, address: '', agent: '',
    });
    const codeId = ask(network, { kind: 'ask-reset', who: 'dora@EXAMPLE.org' }).letters[0]?.mailId ?? '';
    const { told, letters } = ask(network, { kind: 'reset-password', codeId, passwordHash: 'hash' });
    expect(told).toMatchObject({ outcome: 'done', userId: 'dora' });
    expect(letters.map(({ what }) => what)).toEqual(['password-changed']);
    expect(network.state.users.must(DORA_ID).passwordHash).toBe('hash');
    expect(network.state.apiSessions.must(accessId('x-1')).revokedAtMs).toBe(network.now);
    expect(network.state.secondFactors.must(DORA_ID).confirmed).toBe(true);
    expect(ask(network, { kind: 'reset-password', codeId, passwordHash: 'x' }).told.reason).toBe('code-wrong');
  });

  it('of an address or an id that nobody has is answered in the same way, and no letter is written', () => {
    const network = withDora();
    const answers = ['dora', 'nobody', 'dora@example.org', 'eva@example.org', 'ana'].map((who, at) =>
      ask(network, { kind: 'ask-reset', who }, `10.0.1.${at}`));
    expect(new Set(answers.map(({ told }) => JSON.stringify(told))).size).toBe(1);
    expect(answers.map(({ letters }) => letters.length)).toEqual([1, 0, 0, 0, 0]);
  });

  it('has one code that serves: a newer letter makes the older one void, and it serves for nothing else', () => {
    const network = withDora();
    const first = ask(network, { kind: 'ask-reset', who: 'dora' }).letters[0]?.mailId ?? '';
    expect(ask(network, { kind: 'verify', codeId: first, account }).told.reason).toBe('code-wrong');
    network.later(SAME_MAIL_AGAIN_MS);
    const second = ask(network, { kind: 'ask-reset', who: 'dora' }).letters[0]?.mailId ?? '';
    expect(ask(network, { kind: 'reset-password', codeId: first, passwordHash: 'x' }).told.reason).toBe('code-wrong');
    network.later(CODE_LIFE_MS['reset-password']);
    expect(ask(network, { kind: 'reset-password', codeId: second, passwordHash: 'x' }).told.reason).toBe('code-wrong');
    expect(network.state.users.must(DORA_ID).passwordHash).toBe(NEW_HASH);
  });

  it('fills no letter box: not twice a minute, and not more than ten times a day', () => {
    const network = withDora();
    const sent = Array.from({ length: 30 }, (_each, at) => {
      network.later(SAME_MAIL_AGAIN_MS / 2);
      return ask(network, { kind: 'ask-reset', who: 'dora' }, `10.0.2.${at}`).letters.length;
    });
    expect(sent.slice(0, 4)).toEqual([1, 0, 1, 0]);
    // The letter of her registration was the first one.
    expect(sent.filter((count) => count > 0).length).toBe(9);
  });

  it('cannot be asked for without end from one address, and wrong codes lock an address out', () => {
    const network = withDora();
    for (let i = 0; i < 20; i++) ask(network, { kind: 'ask-reset', who: `guess-${i}` });
    const { told } = ask(network, { kind: 'ask-reset', who: 'dora' });
    expect(told).toMatchObject({ outcome: 'refused', reason: 'locked-out' });
    expect(told.retryAfterMs).toBeGreaterThan(0);
    for (let i = 0; i < 20; i++) ask(network, { kind: 'verify', codeId: null, account }, '10.0.3.1');
    expect(ask(network, { kind: 'verify', codeId: null, account }, '10.0.3.1').told.reason).toBe('locked-out');
    expect(ask(network, { kind: 'ask-reset', who: 'dora' }, '10.0.3.2').told.outcome).toBe('done');
  });
});

describe('an address', () => {
  it('is changed when the code sent to the new one comes back, and the old one is told', () => {
    const network = withDora();
    const email = 'dora@example.net';
    network.order({ kind: 'change-email', userId: DORA_ID, email });
    const [letter] = lettersIn(network);
    expect(letter).toMatchObject({ what: 'verify-email', email });
    expect(network.state.persons.must(DORA_ID).email).toBe(DORA.email);
    const { letters } = ask(network, { kind: 'verify', codeId: letter?.mailId ?? '', account: null });
    expect(network.state.persons.must(DORA_ID).email).toBe(email);
    expect(letters).toMatchObject([{ what: 'email-changed', email: DORA.email }]);
  });

  it('of another person is not taken, and the one who asked does not learn that it is known', () => {
    const network = withDora();
    const known = network.order({ kind: 'change-email', userId: ANA, email: DORA.email });
    expect(lettersIn(network).map(({ what, userId: who }) => [what, who])).toEqual([['already-registered', 'dora']]);
    const unknown = network.order({ kind: 'change-email', userId: ANA, email: 'ana@example.org' });
    expect(known.text).toBe(unknown.text);
  });
});

describe('an order for which the password is asked again', () => {
  const remove = { kind: 'remove-second-factor', userId: ANA, note: '' } as const;

  it('is carried out with the right one alone, about the person herself alone, and wrong ones lock her out', () => {
    const network = new Network();
    network.order({
      kind: 'enrol-second-factor', userId: ANA, secretBase64: Buffer.alloc(20).toString('base64'), counter: null,
      recoverySha256s: [],
    });
    expect(confirmed(network, 'ana', remove, false)).toMatchObject({ type: 'refused-api', reason: 'unknown-or-wrong' });
    expect(network.state.secondFactors.size).toBe(1);
    expect(confirmed(network, 'ben', remove, true)).toMatchObject({ type: 'order-result', outcome: 'refused' });
    expect(confirmed(network, 'ana', remove, true)).toMatchObject({ type: 'order-result', outcome: 'refused' });
    network.later(1);
    expect(confirmed(network, 'ana', remove, true)).toMatchObject({ type: 'order-result', outcome: 'done' });
    expect(network.state.secondFactors.size).toBe(0);
    for (let i = 0; i < 5; i++) confirmed(network, 'ana', remove, false);
    expect(confirmed(network, 'ana', remove, true)).toMatchObject({ reason: 'locked-out' });
  });

  it('needs the one-time code of who has a second factor', () => {
    const network = new Network();
    network.order({
      kind: 'enrol-second-factor', userId: ANA, secretBase64: Buffer.alloc(20).toString('base64'), counter: 1,
      recoverySha256s: [],
    });
    expect(confirmed(network, 'ana', remove, true)).toMatchObject({ type: 'refused-api', reason: 'code-required' });
  });
});

describe('forgetting a person', () => {
  it('leaves her money and tickets under the id, and nothing that says who she is', () => {
    const network = withDora();
    network.order({ kind: 'book', userId: DORA_ID, amountMinor: 700, reason: 'cash' });
    network.order({
      kind: 'put-vehicle', userId: DORA_ID,
      vehicle: { vehicleId: 'leaf', batteryWh: 40_000, connectorType: 'IEC_62196_T2', maxPowerW: 6_600 },
    });
    network.order({
      kind: 'issue-tokens', tokens: [{ userId: DORA_ID, tokenId: '04A1B2C3', tokenKind: 'rfid', expiresAtMs: null }],
    });
    const { outcome, text } = network.order({ kind: 'forget-person', userId: DORA_ID, note: '' });
    expect([outcome, text]).toEqual(['done', expect.stringContaining('the balance is 7.00 EUR')]);
    expect(network.state.users.must(DORA_ID)).toMatchObject({ active: false, passwordHash: null, balanceMinor: 700 });
    const { persons, vehicles, tokens, mails, accountCodes, apiSessions } = network.state;
    const left = [persons, vehicles, tokens, mails, accountCodes, apiSessions].flatMap((table) =>
      [...table.values()].filter((row) => row.userId === DORA_ID));
    expect(left).toEqual([]);
    // Her address is free again, and no letter goes to it any more.
    expect(ask(network, { kind: 'ask-reset', who: DORA.email }).letters).toEqual([]);
  });

  it('is refused while she charges, or pays from the wallet of a group', () => {
    const network = new Network();
    network.connect();
    network.charging(ANA);
    expect(network.order({ kind: 'forget-person', userId: ANA, note: '' }).text).toContain('open session');
    network.order({
      kind: 'put-group',
      group: {
        groupId: groupId('family'), kind: 'family', active: true, currency: currency('EUR'),
        members: [{ userId: BEN, role: 'member', limitPerMonthMinor: null, limits: null }] as never,
      } as never,
    });
    expect(network.order({ kind: 'forget-person', userId: BEN, note: '' }).text).toContain('member of the group');
  });
});

describe('what is known of a person', () => {
  it('stands in no audit entry, event, command, notice, message or answer', () => {
    const network = open();
    const said: unknown[] = [];
    const feed = network.feed.bind(network);
    network.feed = (...inputs) => {
      const effects = feed(...inputs);
      said.push(...effects.filter(({ kind }) => kind !== 'send-mail'));
      return effects;
    };
    openAccount(network);
    network.order({ kind: 'change-email', userId: DORA_ID, email: 'secret@example.net' });
    network.order({
      kind: 'put-person', userId: DORA_ID, profile: { name: 'Secret Name', language: 'pt', timeZone: 'UTC' },
    });
    network.order({
      kind: 'issue-tokens', tokens: [{ userId: DORA_ID, tokenId: 'DEADBEEF77', tokenKind: 'rfid', expiresAtMs: null }],
    });
    ask(network, { kind: 'ask-reset', who: DORA.email });
    for (const mailId of [...network.state.mails.values()].map((mail) => mail.mailId)) {
      for (let i = 0; i < 12; i++) {
        network.feed({ kind: 'mail-sent', mailId, error: 'the letter was not taken (ECONNECTION)' });
        network.later(3_600_000);
      }
    }
    network.order({ kind: 'forget-person', userId: DORA_ID, note: '' });
    const texts = JSON.stringify(said);
    expect(texts).toContain('"who":"dora"');
    expect(texts.match(/example|Dora D|Secret Name/g)).toBeNull();
    const audited = network.appended.flatMap((each) => (each.table === 'audit' ? [each.row.parameters] : []));
    expect(JSON.stringify(audited)).toContain('…EF77');
    expect(JSON.stringify(audited)).not.toContain('DEADBEEF77');
  });
});

describe('ending log-ins', () => {
  it('puts out her links and her log-ins over HTTP', () => {
    const network = new Network();
    network.feed({
      kind: 'login', connectionId: connectionId(50), re: messageId('f-9'), userId: ANA, address: '', purpose: 'driver',
      lastNotice: 0, loginKeyBase64: 'bG9naW4=', readingKeyBase64: 'cmVhZA==',
    });
    network.feed({ kind: 'password-checked', checkId: network.state.nextCheckId - 1, ok: true });
    network.order({ kind: 'end-log-ins', userId: ANA }, 'operator');
    expect(network.effects.some((effect) => effect.kind === 'close' && effect.connectionId === 50)).toBe(true);
  });
});
