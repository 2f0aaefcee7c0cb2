import { describe, expect, test } from 'vitest';
import { CASH, userWallet } from '../../shared/account.ts';
import { sessionId, ticketId, userId } from '../../shared/ids.ts';
import { currency, formatAmount } from '../../shared/money.ts';
import { monthBounds } from '../../shared/zone.ts';
import { sampleIssuer } from '../core/issuer-for-tests.ts';
import { type StatedMovement, type StatementDocument, statementDocument, statementOf } from '../core/statement.ts';
import { pdfPages } from './pdf-text-for-tests.ts';
import { statementPdf } from './statement-pdf.ts';

const ANA = userWallet(userId('ana'));
const EUR = currency('EUR');
const ZONE = 'Europe/Madrid';
const span = monthBounds(ZONE, '2025-11') ?? { startMs: 0, endMs: 0 };
const OPENING = 1_234;

/** Every third movement is a top-up of 10.00, the others are charges of 1.01. */
function movements(count: number): StatedMovement[] {
  return Array.from({ length: count }, (_unused, i): StatedMovement => {
    const isTopUp = i % 3 === 0;
    const amountMinor = isTopUp ? 1_000 : -101;
    return {
      movementId: i + 1, atMs: span.startMs + i * 6_000_000, currency: EUR, by: 'ev-central',
      kind: isTopUp ? 'top-up' : 'charge', reason: isTopUp ? 'paid in by hand' : `ticket t-${i + 1}`,
      sessionId: isTopUp ? null : sessionId(`s-${i + 1}`), ticketId: isTopUp ? null : ticketId(`t-${i + 1}`),
      invoice: isTopUp ? null : `INV-2025-${String(i).padStart(6, '0')}`,
      postings: [
        { account: ANA, amountMinor, balanceMinor: null },
        { account: CASH, amountMinor: -amountMinor, balanceMinor: null },
      ],
    };
  });
}

function over(count: number, change: Partial<StatementDocument> = {}): StatementDocument {
  const its = movements(count);
  const closingMinor = OPENING + its.reduce((sum, { postings: [own] }) => sum + (own?.amountMinor ?? 0), 0);
  return {
    ...statementDocument(ANA, {
      month: '2025-11', timeZone: ZONE, span, now: span.endMs, issuer: sampleIssuer(),
      owner: { currency: EUR, timeZone: ZONE, name: 'Ana Núñez', address: ['Calle Mayor 3', '03570 Villajoyosa'] },
      statements: [statementOf(ANA, { currency: EUR, openingMinor: OPENING, closingMinor, movements: its })],
    }),
    ...change,
  };
}

const pagesOf = async (document: StatementDocument): Promise<string[][]> => pdfPages(await statementPdf(document));
const closingOf = ({ statements: [statement] }: StatementDocument): string =>
  formatAmount(statement?.closingMinor ?? NaN, EUR);

describe('the document of a statement', () => {
  test('says whose, of which month, and each movement with the balance after it', async () => {
    const [page = [], ...others] = await pagesOf(over(2));
    expect(others).toEqual([]);
    expect(page).toEqual(expect.arrayContaining([
      'Statement', 'Red de Carga del Sur, S.L.', 'Ana Núñez', 'Calle Mayor 3', '2025-11', '2025-11-01 to 2025-11-30',
      'Europe/Madrid', 'Balance before', '12.34', '2025-11-01 00:00', 'Top-up', 'paid in by hand', '10.00', '22.34',
      'Charge', 'Session s-2 · Ticket t-2 · Document INV-2025-000001', '-1.01', '21.33', 'Balance afterwards',
      'Top-up (1)', 'Charge (1)', '-1.01 EUR', '21.33 EUR', 'Page 1 of 1',
    ]));
  });

  test.each([1, 40, 400])('of %i movements has each once, in order, up to the balance afterwards', async (count) => {
    const document = over(count);
    const pages = await pagesOf(document);
    const kinds = pages.flat().filter((text) => text === 'Top-up' || text === 'Charge');
    expect(kinds).toEqual(movements(count).map(({ kind }) => (kind === 'charge' ? 'Charge' : 'Top-up')));
    expect(pages.flat().flatMap((text) => /Ticket (t-\d+) /.exec(text)?.[1] ?? []))
      .toEqual(movements(count).flatMap((each) => each.ticketId ?? []));
    expect(pages.at(-1)).toEqual(expect.arrayContaining([closingOf(document), `${closingOf(document)} EUR`]));
    pages.forEach((page, i) => expect(page).toContain(`Page ${i + 1} of ${pages.length}`));
  });

  test('goes on over pages with its head repeated, the balance carried forward', async () => {
    const pages = await pagesOf(over(400));
    expect(pages.length).toBeGreaterThan(15);
    expect(pages.length).toBeLessThan(40);
    let balanceMinor = OPENING;
    pages.slice(0, -1).forEach((page, i) => {
      for (const text of page) balanceMinor += text === 'Charge' ? -101 : text === 'Top-up' ? 1_000 : 0;
      const next = pages[i + 1] ?? [];
      const after = (texts: readonly string[], what: string): string | undefined => texts[texts.indexOf(what) + 1];
      // The last page may hold the sums alone.
      if (!next.includes('Brought forward')) return expect(i).toBe(pages.length - 2);
      expect(after(page, 'Carried forward')).toBe(formatAmount(balanceMinor, EUR));
      expect(after(next, 'Brought forward')).toBe(formatAmount(balanceMinor, EUR));
      expect(next[0]).toBe('Statement ana 2025-11');
      expect(next).toEqual(expect.arrayContaining(['DATE', 'MOVEMENT', 'AMOUNT', 'BALANCE EUR']));
    });
  });

  test('is the same, byte for byte, whenever it is made', async () => {
    expect((await statementPdf(over(40))).equals(await statementPdf(over(40)))).toBe(true);
    expect((await statementPdf(over(40))).equals(await statementPdf(over(41)))).toBe(false);
  });

  test('of a month that runs says until when; without issuer and details it names the wallet', async () => {
    const untilMs = span.startMs + 36_000_000;
    const [page = []] = await pagesOf(over(1, {
      isOver: false, untilMs, issuer: null, holder: { name: null, address: [] },
    }));
    expect(page.join(' ')).toContain('2025-11-01 to 2025-11-01 10:00:');
    expect(page.filter((text) => text === 'ana')).toHaveLength(2);
  });

  test('of a wallet on which nothing happened says so', async () => {
    const owner = { currency: EUR, timeZone: null, name: null, address: [] };
    const empty = statementDocument(ANA, {
      month: '2025-11', timeZone: ZONE, span, now: span.endMs, issuer: null, owner, statements: [],
    });
    const [page = []] = await pagesOf(empty);
    expect(page).toEqual(expect.arrayContaining(['No movements.', '0.00', 'Balance afterwards', '0.00 EUR']));
  });

  test('a long reason is broken into lines, and nothing is lost', async () => {
    const word = 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch'.repeat(8);
    const [movement] = movements(1);
    if (movement === undefined) throw new Error('one movement was asked for');
    const statement = statementOf(ANA, {
      currency: EUR, openingMinor: 0, closingMinor: 1_000, movements: [{ ...movement, reason: word }],
    });
    const [page = []] = await pagesOf(over(1, { statements: [statement] }));
    expect(page.join('').split(word)).toHaveLength(2);
  });

  test('two currencies are two parts', async () => {
    const [euro] = over(40).statements;
    if (euro === undefined) throw new Error('a statement was asked for');
    const pages = await pagesOf(over(1, { statements: [euro, { ...euro, currency: currency('GBP') }] }));
    expect(pages.flat().filter((text) => text === 'Balance before')).toHaveLength(4);
    expect(pages.flat()).toEqual(expect.arrayContaining(['BALANCE EUR', 'BALANCE GBP', `${closingOf(over(40))} GBP`]));
  });
});
