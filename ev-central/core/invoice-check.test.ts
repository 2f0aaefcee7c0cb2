import { describe, expect, it } from 'vitest';
import { groupWallet, userWallet } from '../../shared/account.ts';
import { groupId, ticketId, userId } from '../../shared/ids.ts';
import { sampleInvoice, sampleUninvoiced, START_MS } from '../store/sample-rows.ts';
import { checkInvoices, type InvoiceBooks, invoiceFaultText } from './invoice-check.ts';

const { ticket, ...waiting } = sampleUninvoiced();
const TICKET = {
  ticketId: waiting.ticketId, sessionId: ticket.sessionId, kind: 'final', payer: userWallet(userId('ana')),
  currency: waiting.currency,  issuedAtMs: START_MS, totalMinor: 508, vat: ticket.vat,
} as const;
const CREDITED = {
  ...ticket, ticketId: ticketId('k7f2-121'), kind: 'correction', netMinor: -100, vatMinor: -21, totalMinor: -121,
  vat: [{ rate: '21', netMinor: -100, vatMinor: -21 }],
} as const;
const LINE = { ...ticket, number: 'INV-2025-000001', place: 1 };
const INVOICE = sampleInvoice();
const CREDIT_NOTE = sampleInvoice({
  number: 'CRN-2025-000001', kind: 'credit-note', corrects: INVOICE.number, vat: [...CREDITED.vat], netMinor: -100,
  vatMinor: -21, totalMinor: -121, paidMinor: -121,
});
const BOOKS: InvoiceBooks = {
  invoices: [INVOICE, CREDIT_NOTE],
  lines: [LINE, { ...CREDITED, vat: [...CREDITED.vat], lines: [], number: CREDIT_NOTE.number, place: 1 }],
  series: [{ seriesId: 'CRN-2025', last: 1 }, { seriesId: 'INV-2025', last: 1 }], waiting: [],
  spans: [{ spanId: '1', fromMs: START_MS, untilMs: START_MS + 10, withGroups: true }],
  credits: [],
  tickets: [
    { ...TICKET, vat: [...TICKET.vat] },
    { ...TICKET, ticketId: CREDITED.ticketId, kind: 'correction', totalMinor: -121, vat: [...CREDITED.vat] },
  ],
};
const [BOOKED] = BOOKS.tickets;

describe('invoices that are right', () => {
  it('have no faults, and are counted', () => {
    expect(checkInvoices(BOOKS)).toEqual({
      invoices: 1, creditNotes: 1, tickets: 2, waiting: 0, notInvoiced: 0, faults: [],
    });
  });

  it('need not hold what costs nothing, nor what was made while nobody issued invoices', () => {
    if (BOOKED === undefined) throw new Error('it is there');
    const other = { ...BOOKED, ticketId: ticketId('x'), sessionId: 's' as typeof ticket.sessionId };
    const tickets = [
      ...BOOKS.tickets, { ...other, totalMinor: 0 }, { ...other, issuedAtMs: START_MS - 1 },
      { ...other, issuedAtMs: START_MS + 10 }, { ...other, totalMinor: -3 },
    ];
    expect(checkInvoices({ ...BOOKS, tickets })).toMatchObject({ notInvoiced: 4, faults: [] });
  });
});

const withInvoice = (change: Partial<typeof INVOICE>): Partial<InvoiceBooks> =>
  ({ invoices: [{ ...INVOICE, ...change }, CREDIT_NOTE] });
const withCredit = (change: Partial<typeof INVOICE>): Partial<InvoiceBooks> =>
  ({ invoices: [INVOICE, { ...CREDIT_NOTE, ...change }] });
const withLine = (change: Partial<typeof LINE>): Partial<InvoiceBooks> =>
  ({ lines: [{ ...LINE, ...change }, ...BOOKS.lines.slice(1)] });
const { ticketId: id } = TICKET;

describe('what a group pays', () => {
  const [first] = BOOKS.tickets;
  const payer = groupWallet(groupId('fleet'));
  const tickets = first === undefined ? [] : [...BOOKS.tickets, { ...first, ticketId: ticketId('group'), payer }];

  it('is on an invoice', () => {
    expect(checkInvoices({ ...BOOKS, tickets }).faults).toEqual([{ kind: 'ticket-missing', ticketId: 'group' }]);
  });

  it('is on none from times in which groups got none', () => {
    const spans = BOOKS.spans.map((span) => ({ ...span, withGroups: false }));
    expect(checkInvoices({ ...BOOKS, tickets, spans })).toMatchObject({ notInvoiced: 1, faults: [] });
  });
});

describe('what is wrong is named', () => {
  it.each<[string, Partial<InvoiceBooks>, object]>([
    ['a number that is missing', { series: [{ seriesId: 'CRN-2025', last: 1 }, { seriesId: 'INV-2025', last: 2 }] },
      { kind: 'number-missing', number: 'INV-2025-000002' }],
    ['a number that nobody gave', { series: [{ seriesId: 'CRN-2025', last: 1 }] },
      { kind: 'number-unknown', number: 'INV-2025-000001' }],
    ['a ticket too few', withInvoice({ ticketCount: 2 }), { kind: 'places', number: INVOICE.number }],
    ['a place that is skipped', withLine({ place: 2 }), { kind: 'places', number: INVOICE.number }],
    ['a total that is no sum', withInvoice({ totalMinor: 421 }), { kind: 'sums', number: INVOICE.number }],
    ['an amount due that is not what is left', withInvoice({ dueMinor: 1 }), { kind: 'sums', number: INVOICE.number }],
    ['a breakdown of others', withInvoice({ vat: [{ rate: '20', netMinor: 347, vatMinor: 73 }] }),
      { kind: 'vat', number: INVOICE.number }],
    ['a credit note that corrects nothing', withCredit({ corrects: null }),
      { kind: 'corrects', number: CREDIT_NOTE.number }],
    ['a credit note for somebody else', withCredit({ payer: userWallet(userId('ben')) }),
      { kind: 'corrects', number: CREDIT_NOTE.number }],
    ['an invoice that is negative', withCredit({ kind: 'invoice', corrects: null }),
      { kind: 'sign', number: CREDIT_NOTE.number }],
    ['a ticket that nobody made', { tickets: BOOKS.tickets.slice(1) },
      { kind: 'ticket-unknown', number: INVOICE.number, ticketId: id }],
    ['a ticket of another payer', withInvoice({ payer: userWallet(userId('ben')) }),
      { kind: 'ticket-differs', number: INVOICE.number, ticketId: id }],
    ['a ticket that waits though it is invoiced', { waiting: [sampleUninvoiced()] },
      { kind: 'ticket-twice', number: INVOICE.number, ticketId: id }],
    ['a ticket on no invoice',
      { tickets: [...BOOKS.tickets, ...BOOKS.tickets.slice(0, 1).map((t) => ({ ...t, ticketId: ticketId('lost') }))] },
      { kind: 'ticket-missing', ticketId: 'lost' }],
  ])('%s', (_what, change, fault) => {
    const { faults } = checkInvoices({ ...BOOKS, ...change });
    expect(faults).toContainEqual(fault);
    for (const each of faults) expect(invoiceFaultText(each)).toMatch(/INV-|CRN-|ticket/);
  });
});
