import { describe, expect, it } from 'vitest';
import { userWallet } from '../../shared/account.ts';
import { sessionId, ticketId, type UserId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { Invoice, InvoicePolicy } from '../../shared/messages/invoice.ts';
import { currency } from '../../shared/money.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import { ANA, BEN, Network } from './core-harness.ts';
import type { Effect } from './effects.ts';
import { invoiceNewTickets } from './invoices.ts';
import { sampleIssuer } from './issuer-for-tests.ts';
import type { Step } from './step.ts';

const DAY_MS = 24 * 3_600_000;

function ready(policy: InvoicePolicy = 'per-session'): Network {
  const network = new Network({ issuer: sampleIssuer({ policy }) });
  network.connect();
  return network;
}

/** A charge of 1,200 Wh: 0.24 of energy at night and 0.50 for the session. */
function chargeOf(network: Network, driverId: UserId, wh = 1_200): Ticket {
  const session = network.charging(driverId);
  network.later(60_000);
  network.end(session, 1_000 + wh);
  network.fact('unplugged', { connectorNo: 1 });
  return network.lastNotice(driverId, 'ticket').ticket;
}

function invoicesOf(network: Network): Invoice[] {
  return network.appended.flatMap((append) => (append.table === 'invoices' ? [append.row] : []));
}

/** The ids of the tickets on each invoice. */
function contentsOf(network: Network): Record<string, string[]> {
  const contents: Record<string, string[]> = {};
  for (const append of network.appended) {
    if (append.table === 'invoice_tickets') (contents[append.row.number] ??= []).push(append.row.ticketId ?? 'refund');
  }
  return contents;
}

/** A ticket that some rule has made in this step. */
function take(network: Network, ticket: Ticket): Effect[] {
  const step: Step = { state: network.state, now: network.now, effects: [] };
  step.effects.push({ kind: 'append', table: 'tickets', row: ticket });
  invoiceNewTickets(step);
  return step.effects.slice(1);
}

function documentsIn(effects: readonly Effect[]): Invoice[] {
  return effects.flatMap((effect) => (effect.kind === 'append' && effect.table === 'invoices' ? [effect.row] : []));
}

function billing(network: Network, userId: UserId, policy: InvoicePolicy | null) {
  return network.order({
    kind: 'put-billing-details',
    details: { payer: userWallet(userId), policy, name: 'Ana Núñez', address: ['Calle del Mar 3'], vatId: null },
  });
}

describe('a payer who is billed by charge', () => {
  it('gets an invoice in the step that ends the charge, and is told', () => {
    const network = ready();
    billing(network, ANA, null);
    const ticket = chargeOf(network, ANA);
    expect(network.noticesOf(ANA).slice(-2)).toEqual(['ticket', 'invoice']);
    expect(network.lastNotice(ANA, 'invoice')).toMatchObject({
      invoiceNumber: 'INV-2025-000001', kind: 'invoice', ticketCount: 1, totalMinor: 74, sessionId: ticket.sessionId,
    });
    expect(invoicesOf(network)).toEqual([{
      number: 'INV-2025-000001', kind: 'invoice', corrects: null, payer: userWallet(ANA), issuedAtMs: ticket.issuedAtMs,
      timeZone: 'Europe/Madrid',
      issuer: {
        name: 'Red de Carga del Sur, S.L.', address: ['Avenida de la Estación 12', '03003 Alicante'],
        vatId: 'ESB12345674', footer: ['Registro Mercantil de Alicante'],
      },
      buyer: { name: 'Ana Núñez', address: ['Calle del Mar 3'], vatId: null }, currency: 'EUR', ticketCount: 1,
      vat: [{ rate: '0', netMinor: 74, vatMinor: 0 }], netMinor: 74, vatMinor: 0, totalMinor: 74, paidMinor: 74,
      dueMinor: 0,
    }]);
    expect(network.appended.find(({ table }) => table === 'invoice_tickets')?.row).toMatchObject({
      number: 'INV-2025-000001', place: 1, ticketId: ticket.ticketId, siteName: 'Alicante',
      timeZone: 'Europe/Madrid', energyWh: 1_200, lines: [
        { text: 'Fee', quantity: '1 x 0.50', amount: '0.50' },
        { text: 'Energy', quantity: '1.200 kWh x 0.20/kWh', amount: '0.24' },
      ],
    });
  });

  it('is not invoiced while nobody issues invoices', () => {
    const network = new Network();
    network.connect();
    chargeOf(network, ANA);
    expect(network.noticesOf(ANA)).not.toContain('invoice');
    expect(invoicesOf(network)).toEqual([]);
  });

  it('gets nothing about a charge that cost nothing', () => {
    const network = ready();
    expect(take(network, { ...chargeOf(network, ANA), totalMinor: 0, vat: [] })).toEqual([]);
  });
});

describe('the numbers', () => {
  it('count without gaps, over all payers, and begin anew with the year of the issuer', () => {
    const network = ready();
    chargeOf(network, ANA);
    chargeOf(network, BEN);
    network.now = Date.parse('2025-12-31T22:40:00Z');
    network.connect(); // its key was of November
    chargeOf(network, ANA);
    network.now = Date.parse('2025-12-31T23:10:00Z'); // 00:10 in Madrid
    chargeOf(network, ANA);
    expect(invoicesOf(network).map(({ number }) => number)).toEqual([
      'INV-2025-000001', 'INV-2025-000002', 'INV-2025-000003', 'INV-2026-000001',
    ]);
  });
});

describe('a payer who is billed by the month', () => {
  it('gets one invoice at the first tick after the end of the month, over all that waited', () => {
    const network = ready('monthly');
    const tickets = [chargeOf(network, ANA), chargeOf(network, ANA)];
    const bens = chargeOf(network, BEN);
    network.now = Date.parse('2025-11-30T22:59:50Z');
    network.later(1_000);
    expect(invoicesOf(network)).toEqual([]);
    network.now = Date.parse('2025-11-30T23:00:00Z'); // December in Madrid
    network.later(1);
    expect(contentsOf(network)).toEqual({
      'INV-2025-000001': tickets.map((ticket) => ticket.ticketId), 'INV-2025-000002': [bens.ticketId],
    });
    expect(network.lastNotice(ANA, 'invoice')).toMatchObject({ ticketCount: 2, totalMinor: 148, sessionId: null });
    network.later(DAY_MS);
    expect(invoicesOf(network)).toHaveLength(2);
    expect(network.state.uninvoicedTickets.size).toBe(0);
  });

  it('keeps the tickets of the new month for the next invoice', () => {
    const network = ready('monthly');
    chargeOf(network, ANA);
    network.now = Date.parse('2025-12-01T01:00:00Z');
    network.connect();
    const later = chargeOf(network, ANA);
    expect([...network.state.uninvoicedTickets.values()].map((row) => row.ticketId)).toEqual([later.ticketId]);
  });

  it('is billed for what waits at the next tick when she is billed by charge from now on', () => {
    const network = ready('monthly');
    const ticket = chargeOf(network, ANA);
    expect(billing(network, ANA, 'per-session').outcome).toBe('done');
    network.later(100);
    expect(contentsOf(network)).toEqual({ 'INV-2025-000001': [ticket.ticketId] });
  });

  it('gets a second invoice when one cannot hold all', () => {
    const network = ready('monthly');
    chargeOf(network, ANA);
    const [first] = network.state.uninvoicedTickets.values();
    if (first === undefined) throw new Error('it waits');
    for (let i = 0; i < LIMITS.ticketsOnInvoice; i++) {
      const id = { ticketId: ticketId(`t-${i}`), sessionId: sessionId(`s-${i}`) };
      network.state.uninvoicedTickets.put({ ...first, ...id, ticket: { ...first.ticket, ...id } });
    }
    network.now = Date.parse('2025-12-01T12:00:00Z');
    network.later(100);
    network.later(100);
    expect(invoicesOf(network).map(({ ticketCount }) => ticketCount)).toEqual([LIMITS.ticketsOnInvoice, 1]);
  });

  it('waits a tick when more payers are due than one tick bills', () => {
    const network = ready('monthly');
    chargeOf(network, ANA);
    const [first] = network.state.uninvoicedTickets.values();
    if (first === undefined) throw new Error('it waits');
    for (let i = 0; i < LIMITS.invoicesAtOnce; i++) {
      const payer = userWallet(`p-${i}` as UserId);
      network.state.uninvoicedTickets.put({ ...first, ticketId: ticketId(`t-${i}`), payer });
    }
    network.now = Date.parse('2025-12-01T12:00:00Z');
    network.later(100);
    expect(invoicesOf(network)).toHaveLength(LIMITS.invoicesAtOnce);
    network.later(100);
    expect(invoicesOf(network)).toHaveLength(LIMITS.invoicesAtOnce + 1);
  });
});

describe('a correction', () => {
  it('that costs more is an invoice of its own', () => {
    const network = ready();
    const ticket = chargeOf(network, ANA);
    const later = { ...ticket, ticketId: ticketId('k7f2-c'), kind: 'correction', corrects: ticket.ticketId } as const;
    expect(documentsIn(take(network, { ...later, totalMinor: 5, vat: [] }))).toMatchObject([
      { number: 'INV-2025-000002', kind: 'invoice', corrects: null, totalMinor: 5 },
    ]);
  });

  it('that costs less is a credit note of its own series, and names the invoice', () => {
    const network = ready();
    const ticket = chargeOf(network, ANA);
    const later = { ...ticket, ticketId: ticketId('k7f2-c'), kind: 'correction', corrects: ticket.ticketId } as const;
    const less = { ...later, totalMinor: -24, vat: [{ rate: '21', netMinor: -20, vatMinor: -4 }] };
    const effects = take(network, less);
    expect(documentsIn(effects)).toMatchObject([{
      number: 'CRN-2025-000001', kind: 'credit-note', corrects: 'INV-2025-000001', netMinor: -20, vatMinor: -4,
      totalMinor: -24, paidMinor: -24, dueMinor: 0, vat: [{ rate: '21', netMinor: -20, vatMinor: -4 }],
    }]);
    expect(effects.find((effect) => effect.kind === 'send')?.message).toMatchObject({
      type: 'invoice', kind: 'credit-note', corrects: 'INV-2025-000001',
    });
  });

  it('that costs less goes on the invoice that still waits', () => {
    const network = ready('monthly');
    const ticket = chargeOf(network, ANA);
    take(network, {
      ...ticket, ticketId: ticketId('k7f2-c'), kind: 'correction', corrects: ticket.ticketId, totalMinor: -24, vat: [],
    });
    network.now = Date.parse('2025-12-01T12:00:00Z');
    network.later(100);
    expect(invoicesOf(network)).toMatchObject([{ kind: 'invoice', totalMinor: 50, ticketCount: 2 }]);
  });

  it('of a charge that was never invoiced takes nothing back from an invoice', () => {
    const network = ready();
    const ticket = chargeOf(network, ANA);
    network.state.invoicedSessions.remove(ticket.sessionId);
    const less = { ...ticket, ticketId: ticketId('k7f2-c'), kind: 'correction', corrects: ticket.ticketId } as const;
    expect(take(network, { ...less, totalMinor: -24, vat: [] })).toEqual([]);
  });
});

describe('a refund', () => {
  const refund = (network: Network, id: Ticket['ticketId'], amountMinor: number) =>
    network.order({ kind: 'refund-ticket', ticketId: id, amountMinor, reason: 'the cable was too short' });

  it('goes to the wallet, with a credit note that names the invoice, up to what was invoiced', () => {
    const network = ready();
    const { ticketId: id } = chargeOf(network, ANA);
    const before = network.state.users.must(ANA).balanceMinor;
    expect(refund(network, id, 50)).toMatchObject({ outcome: 'done', text: expect.stringMatching(/CRN-2025-000001/) });
    expect(network.state.users.must(ANA).balanceMinor).toBe(before + 50);
    expect(invoicesOf(network).at(-1)).toMatchObject({
      kind: 'credit-note', corrects: 'INV-2025-000001', totalMinor: -50,
      vat: [{ rate: '0', netMinor: -50, vatMinor: 0 }],
    });
    expect(network.appended.findLast(({ table }) => table === 'invoice_tickets')?.row).toMatchObject({
      ticketId: null, kind: 'refund', lines: [{ text: 'the cable was too short', quantity: '', amount: '-0.50' }],
    });
    expect(network.lastNotice(ANA, 'invoice')).toMatchObject({ kind: 'credit-note', totalMinor: -50 });
    expect(refund(network, id, 25)).toMatchObject({
      outcome: 'refused', text: expect.stringContaining('at most 0.24 EUR') as string,
    });
    expect(refund(network, id, 24).outcome).toBe('done');
  });

  it('takes of each VAT rate its part', () => {
    const network = ready();
    const ticket = { ...chargeOf(network, ANA), totalMinor: 353 };
    const vat = [{ rate: '5.5', netMinor: 105, vatMinor: 6 }, { rate: '21', netMinor: 200, vatMinor: 42 }];
    const invoiced = network.state.invoicedSessions.must(ticket.sessionId);
    network.state.invoicedSessions.put({ ...invoiced, vat, totalMinor: 353 });
    network.state.ticketPayments.put({ ...network.state.ticketPayments.must(ticket.ticketId), paidMinor: 353 });
    refund(network, ticket.ticketId, 353);
    expect(invoicesOf(network).at(-1)).toMatchObject({
      vat: [{ rate: '5.5', netMinor: -105, vatMinor: -6 }, { rate: '21', netMinor: -200, vatMinor: -42 }],
      netMinor: -305, vatMinor: -48, totalMinor: -353,
    });
  });

  it('counts what a correction has taken off already', () => {
    const network = ready();
    const ticket = chargeOf(network, ANA);
    take(network, {
      ...ticket, ticketId: ticketId('k7f2-c'), kind: 'correction', corrects: ticket.ticketId, totalMinor: -70, vat: [],
    });
    expect(refund(network, ticket.ticketId, 5).text).toMatch(/at most 0\.04 EUR/);
  });

  it('waits for the invoice', () => {
    const network = ready('monthly');
    expect(refund(network, chargeOf(network, ANA).ticketId, 1)).toMatchObject({
      outcome: 'refused', text: expect.stringMatching(/waits for its monthly invoice/) as string,
    });
  });
});

describe('the breakdown by VAT rate', () => {
  it('sums what each rate took, and what had none', () => {
    const network = ready('monthly');
    const ticket = chargeOf(network, ANA);
    const more = (id: string, totalMinor: number, vat: Ticket['vat']) =>
      take(network, { ...ticket, ticketId: ticketId(id), sessionId: sessionId(id), totalMinor, vat });
    more('a', 353, [{ rate: '21', netMinor: 200, vatMinor: 42 }, { rate: '5.5', netMinor: 105, vatMinor: 6 }]);
    more('b', 121, [{ rate: '21', netMinor: 100, vatMinor: 21 }]);
    network.now = Date.parse('2025-12-01T12:00:00Z');
    network.later(100);
    expect(invoicesOf(network)).toMatchObject([{
      vat: [
        { rate: '0', netMinor: 74, vatMinor: 0 }, { rate: '5.5', netMinor: 105, vatMinor: 6 },
        { rate: '21', netMinor: 300, vatMinor: 63 },
      ],
      netMinor: 479, vatMinor: 69, totalMinor: 548,
    }]);
  });

  it('must add up to the ticket: one that does not is a bug', () => {
    const network = ready();
    const ticket = chargeOf(network, ANA);
    expect(() => take(network, { ...ticket, vat: [{ rate: '21', netMinor: 74, vatMinor: 1 }] })).toThrow(/add up/);
  });
});

describe('billing details', () => {
  it('are refused for somebody unknown', () => {
    expect(billing(ready(), 'zoe' as UserId, null)).toMatchObject({ outcome: 'refused', text: 'no such user: zoe' });
  });

  it('leave no name or address in the audit log', () => {
    const network = ready();
    billing(network, ANA, 'monthly');
    const entry = network.appended.findLast((append) => append.table === 'audit')?.row;
    expect(entry).toMatchObject({ action: 'put-billing-details', parameters: {
      payer: userWallet(ANA), policy: 'monthly',
    } });
    expect(JSON.stringify(entry)).not.toMatch(/Núñez|Calle/);
  });

  it('go with the user, who stays while something of hers waits for an invoice', () => {
    const network = ready('monthly');
    billing(network, ANA, null);
    chargeOf(network, ANA);
    const balanceMinor = network.state.users.must(ANA).balanceMinor;
    network.order({ kind: 'book', userId: ANA, amountMinor: -balanceMinor, reason: 'paid out' });
    expect(network.order({ kind: 'remove-user', userId: ANA })).toMatchObject({
      outcome: 'refused', text: expect.stringContaining('ana has 1 ticket that no invoice holds yet') as string,
    });
    network.now = Date.parse('2025-12-01T12:00:00Z');
    network.later(100);
    expect(network.order({ kind: 'remove-user', userId: ANA }).outcome).toBe('done');
    expect(network.state.billingDetails.get(userWallet(ANA))).toBeUndefined();
  });
});

describe('the times in which invoices are made', () => {
  it('begin with the first ticket under an issuer and end with the first without one', () => {
    const network = ready();
    const spans = () => [...network.state.invoicingSpans.values()];
    const ticket = chargeOf(network, ANA);
    chargeOf(network, BEN);
    const fromMs = ticket.issuedAtMs;
    expect(spans()).toEqual([{ spanId: `${fromMs}`, fromMs, untilMs: null, withGroups: true }]);
    const without = { ...network.state, settings: { ...network.state.settings, issuer: null } };
    const step: Step = { state: without, now: network.now + 7, effects: [] };
    step.effects.push({ kind: 'append', table: 'tickets', row: { ...ticket, ticketId: ticketId('later') } });
    invoiceNewTickets(step);
    expect(step.effects).toHaveLength(1);
    expect(spans()).toEqual([{ spanId: `${fromMs}`, fromMs, untilMs: network.now + 7, withGroups: true }]);
  });
});

it('amounts of a currency without minor units have no point', () => {
  const network = ready();
  const yen = { ...chargeOf(network, ANA), ticketId: ticketId('k7f2-y'), currency: currency('JPY'), totalMinor: 74 };
  const effects = take(network, yen);
  const row = effects.flatMap((e) => (e.kind === 'append' && e.table === 'invoice_tickets' ? [e.row] : []))[0];
  expect(row?.lines.map(({ amount }) => amount)).toEqual(['0', '0']);
});
