import { describe, expect, test } from 'vitest';
import { groupWallet } from '../../shared/account.ts';
import { groupId, ticketId, userId } from '../../shared/ids.ts';
import type { Invoice, InvoiceTicket } from '../../shared/messages/invoice.ts';
import { currency } from '../../shared/money.ts';
import { vatOf } from '../core/invoice-ticket.ts';
import { sampleInvoice, sampleUninvoiced } from '../store/sample-rows.ts';
import { invoicePdf } from './invoice-pdf.ts';
import { pdfPages } from './pdf-text-for-tests.ts';

const { ticket } = sampleUninvoiced();

/** The invoice over these tickets. */
function over(tickets: readonly InvoiceTicket[], change: Partial<Invoice> = {}): Invoice {
  const sum = (of: (each: InvoiceTicket) => number): number => tickets.reduce((total, each) => total + of(each), 0);
  const totalMinor = sum((each) => each.totalMinor);
  return sampleInvoice({
    ticketCount: tickets.length, vat: vatOf(tickets), netMinor: sum((each) => each.netMinor),
    vatMinor: sum((each) => each.vatMinor), totalMinor, paidMinor: totalMinor, ...change,
  });
}

async function pagesOf(invoice: Invoice, tickets: readonly InvoiceTicket[]): Promise<string[][]> {
  return pdfPages(await invoicePdf(invoice, tickets));
}

describe('the document of an invoice', () => {
  test('says who, to whom, what, how much and that it is paid, with accents', async () => {
    const [page = [], ...others] = await pagesOf(sampleInvoice(), [ticket]);
    expect(others).toEqual([]);
    expect(page).toEqual(expect.arrayContaining([
      'Invoice', 'INV-2025-000001', 'Red de Carga del Sur, S.L.', 'Avenida de la Estación 12', 'VAT ID ESB12345674',
      'Ana Núñez', '03570 Villajoyosa', '2025-11-21 04:40–05:40  Alicante, Mercado',
      '10.000 kWh in 1:00:00 h at ALC-01 connector 1 · Ticket k7f2-120', 'Energy',
      '10.000 kWh x 0.42/kWh', 'VAT 21 % of 4.20', '0.88 EUR', '5.08 EUR', 'Paid from the wallet. Nothing is due.',
      'Registro Mercantil de Alicante, tomo 1234, folio 56, hoja A-7890', 'Page 1 of 1',
    ]));
  });

  test('is the same, byte for byte, whenever it is made', async () => {
    const first = await invoicePdf(sampleInvoice(), [ticket]);
    expect((await invoicePdf(sampleInvoice(), [ticket])).equals(first)).toBe(true);
    expect((await invoicePdf(sampleInvoice({ number: 'INV-2025-000002' }), [ticket])).equals(first)).toBe(false);
    expect(first.subarray(0, 5).toString()).toBe('%PDF-');
  });

  test('goes on over pages with its head repeated, each ticket once, the sums at the end', async () => {
    const tickets = Array.from({ length: 60 }, (_unused, i) => ({
      ...ticket, ticketId: ticketId(`t-${i + 1}`), startedAtMs: ticket.startedAtMs + i * 43_200_000,
      endedAtMs: ticket.endedAtMs + i * 43_200_000,
    }));
    const pages = await pagesOf(over(tickets), tickets);
    expect(pages.length).toBeGreaterThan(3);
    pages.forEach((page, i) => {
      expect(page).toContain(`Page ${i + 1} of ${pages.length}`);
      if (page.some((text) => / Ticket t-/.test(text))) expect(page).toContain('CHARGES');
      if (i > 0) expect(page[0]).toBe('Invoice INV-2025-000001');
    });
    // The sums so far end a page and begin the next one.
    const carried = (page: readonly string[], text: string): string[] => page.slice(page.indexOf(text)).slice(1, 4);
    pages.slice(0, -1).forEach((page, i) => {
      expect(page).toContain('Carried forward');
      const sums = carried(page, 'Carried forward');
      expect(carried(pages[i + 1] ?? [], 'Brought forward')).toEqual(sums);
      const before = pages.slice(0, i + 1).flat().filter((text) => / Ticket t-/.test(text)).length;
      expect(sums).toEqual([before * 420, before * 88, before * 508].map((minor) => (minor / 100).toFixed(2)));
    });
    const shown = pages.flat().flatMap((text) => /Ticket (t-\d+)$/.exec(text)?.[1] ?? []);
    expect(shown).toEqual(tickets.map((each) => each.ticketId));
    expect(pages.at(-1)).toEqual(expect.arrayContaining(['Total', '304.80 EUR']));
    expect(pages.slice(0, -1).flat()).not.toContain('Total');
  });

  test('of a ticket with more price lines than a page has room for loses none', async () => {
    const lines = Array.from({ length: 150 }, (_unused, i) => ({ text: `Energy ${i}`, quantity: '1', amount: '0.10' }));
    const pages = await pagesOf(sampleInvoice(), [{ ...ticket, lines }]);
    expect(pages.flat().filter((text) => /^Energy \d+$/.test(text))).toEqual(lines.map(({ text }) => text));
  });

  test('a credit note is titled as one and names the invoice that it corrects', async () => {
    const less = {
      ...ticket, kind: 'correction' as const, netMinor: -420, vatMinor: -88, totalMinor: -508,
      vat: [{ rate: '21', netMinor: -420, vatMinor: -88 }],
    };
    const note = over([less], { kind: 'credit-note', number: 'CRN-2025-000007', corrects: 'INV-2025-000001' });
    const [page = []] = await pagesOf(note, [less]);
    expect(page[0]).toBe('Credit note');
    expect(page).toEqual(expect.arrayContaining([
      'Corrects', 'INV-2025-000001', 'Given back to the wallet.', '5.08 EUR', '-5.08 EUR',
    ]));
    expect(page.join('\n')).not.toContain('Paid');
  });

  test('a refund is shown with its reason', async () => {
    const lines = [{ text: 'The cable was too short', quantity: '', amount: '-1.00' }];
    const refund: InvoiceTicket = {
      ...ticket, ticketId: null, kind: 'refund', lines, vat: [], netMinor: -100, vatMinor: 0, totalMinor: -100,
    };
    const [page = []] = await pagesOf(over([refund], { kind: 'credit-note', corrects: 'INV-2025-000001' }), [refund]);
    expect(page).toEqual(expect.arrayContaining([
      'Refund for the charge at ALC-01 connector 1', 'The cable was too short', '1.00 EUR',
    ]));
  });

  test('amounts have the digits of their currency, and without VAT it says so', async () => {
    const yen = { ...ticket, vat: [], netMinor: 1_500, vatMinor: 0, totalMinor: 1_500 };
    const [page = []] = await pagesOf(over([yen], { currency: currency('JPY') }), [yen]);
    expect(page).toEqual(expect.arrayContaining(['1500 JPY', '1500', '0 JPY', 'No VAT was reckoned.', 'PRICE']));
    expect(page).not.toContain('NET');
  });

  test('long words and addresses are broken into lines, and nothing is lost', async () => {
    const word = 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch'.repeat(2);
    const invoice = sampleInvoice({ buyer: { name: word, address: Array<string>(6).fill(word), vatId: null } });
    const [page = [], ...others] = await pagesOf(invoice, [ticket]);
    expect(others).toEqual([]);
    expect(page.join('').split(word)).toHaveLength(8);
  });

  test('a foot that is too long is cut, and makes no page', async () => {
    const wide = 'W'.repeat(100);
    const { issuer } = sampleInvoice();
    const pages = await pagesOf(sampleInvoice({ issuer: { ...issuer, footer: [wide, wide, wide, wide] } }), [ticket]);
    expect(pages).toHaveLength(1);
    expect(pages[0]?.some((text) => text.endsWith('…'))).toBe(true);
  });

  test('of a group names who charged, and the group by its id', async () => {
    const hers = { ...ticket, driverId: userId('ana') };
    const invoice = sampleInvoice({
      payer: groupWallet(groupId('vans')), buyer: { name: 'Reparto Sur, S.L.', address: [], vatId: 'ESB00000000' },
    });
    const [page = []] = await pagesOf(invoice, [hers]);
    expect(page).toEqual(expect.arrayContaining(['Reparto Sur, S.L.', 'group:vans']));
    // It is long enough to be broken.
    expect(page.join(' ').replaceAll('  ', ' ')).toContain('connector 1 · Ticket k7f2-120 · charged by ana');
  });

  test('a payer without billing details is named by her id', async () => {
    const [page = []] = await pagesOf(sampleInvoice({ buyer: { name: null, address: [], vatId: null } }), [ticket]);
    expect(page.filter((text) => text === 'ana')).toHaveLength(2);
  });
});
