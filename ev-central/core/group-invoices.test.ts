import { describe, expect, it } from 'vitest';
import { groupWallet, userWallet } from '../../shared/account.ts';
import { groupId, ticketId, type UserId } from '../../shared/ids.ts';
import type { Invoice, InvoicePolicy } from '../../shared/messages/invoice.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import { currency } from '../../shared/money.ts';
import { ANA, BEN, CAT, Network } from './core-harness.ts';
import { invoiceNewTickets } from './invoices.ts';
import { sampleIssuer } from './issuer-for-tests.ts';
import type { Step } from './step.ts';

const FLEET = groupId('fleet');
const PAYER = groupWallet(FLEET);
const DECEMBER = Date.parse('2025-11-30T23:00:00Z'); // in Madrid

/** A fleet pays for ana and ben; cat runs it and pays for herself. */
function ready(policy: InvoicePolicy = 'per-session'): Network {
  const network = new Network({ issuer: sampleIssuer({ policy }) });
  network.connect();
  const member = (userId: UserId) => ({ userId, role: 'member', paid: true, limits: null }) as const;
  network.order({ kind: 'put-group', group: {
    groupId: FLEET, name: 'Vans', kind: 'fleet', currency: currency('EUR'), active: true,
    members: [member(ANA), member(BEN), { userId: CAT, role: 'manager', paid: false, limits: null }],
    limits: { perSessionMinor: null, perMonthMinor: null }, siteIds: null, hours: null, timeZone: 'UTC',
  } });
  network.order({ kind: 'book-group', groupId: FLEET, amountMinor: 10_000, reason: 'start' });
  return network;
}

/** A charge of 1,200 Wh: 0.24 of energy at night and 0.50 for the session. */
function chargeOf(network: Network, driverId: UserId): Ticket {
  const session = network.charging(driverId);
  network.later(60_000);
  network.end(session, 2_200);
  network.fact('unplugged', { connectorNo: 1 });
  return network.lastNotice(driverId, 'ticket').ticket;
}

function invoicesOf(network: Network): Invoice[] {
  return network.appended.flatMap((append) => (append.table === 'invoices' ? [append.row] : []));
}

function monthEnds(network: Network): void {
  network.now = DECEMBER;
  network.later(1);
}

const byHand = { kind: 'invoice-month', payer: PAYER, month: '2025-11' } as const;

describe('what a group pays', () => {
  it('waits for the end of the month, and is one invoice over the charges of all members', () => {
    const network = ready();
    const tickets = [chargeOf(network, ANA), chargeOf(network, BEN), chargeOf(network, ANA)];
    expect(invoicesOf(network)).toEqual([]);
    monthEnds(network);
    expect(invoicesOf(network)).toEqual([expect.objectContaining({
      number: 'INV-2025-000001', kind: 'invoice', payer: PAYER, ticketCount: 3,
      buyer: { name: 'Vans', address: [], vatId: null }, vat: [{ rate: '0', netMinor: 222, vatMinor: 0 }],
      totalMinor: 222, paidMinor: 222, dueMinor: 0,
    })]);
    const lines = network.appended.flatMap((append) => (append.table === 'invoice_tickets' ? [append.row] : []));
    expect(lines.map(({ ticketId: id, driverId }) => [id, driverId]))
      .toEqual(tickets.map((ticket) => [ticket.ticketId, ticket.driverId]));
    network.later(86_400_000);
    expect(invoicesOf(network)).toHaveLength(1);
  });

  it('is told to who runs the group, and to nobody else', () => {
    const network = ready();
    chargeOf(network, ANA);
    monthEnds(network);
    expect(network.lastNotice(CAT, 'invoice')).toMatchObject({
      invoiceNumber: 'INV-2025-000001', groupId: FLEET, totalMinor: 74,
    });
    expect(network.noticesOf(ANA)).not.toContain('invoice');
  });

  it("is on no member's own invoice, and her own charges on none of the group's", () => {
    const network = ready();
    chargeOf(network, ANA);
    chargeOf(network, CAT);
    monthEnds(network);
    expect(invoicesOf(network).map(({ payer, totalMinor }) => [payer, totalMinor]))
      .toEqual([[userWallet(CAT), 74], [PAYER, 74]]);
  });

  it('can be billed by charge, when its details say so', () => {
    const network = ready();
    network.order({ kind: 'put-billing-details', details: {
      payer: PAYER, policy: 'per-session', name: 'Reparto Sur, S.L.', address: ['Calle 3'], vatId: 'ESB1',
    } });
    chargeOf(network, ANA);
    expect(invoicesOf(network)).toMatchObject([
      { payer: PAYER, buyer: { name: 'Reparto Sur, S.L.', address: ['Calle 3'], vatId: 'ESB1' } },
    ]);
  });

  it('is credited when it is given back', () => {
    const network = ready();
    const ticket = chargeOf(network, ANA);
    const refund = { kind: 'refund-ticket', ticketId: ticket.ticketId, amountMinor: 30, reason: 'sorry' } as const;
    expect(network.order(refund).text).toContain('waits for its monthly invoice');
    monthEnds(network);
    expect(network.order(refund).text).toContain('credit note CRN-2025-000001');
    expect(invoicesOf(network).at(-1)).toMatchObject({
      kind: 'credit-note', corrects: 'INV-2025-000001', payer: PAYER, totalMinor: -30,
    });
    expect(network.lastNotice(CAT, 'invoice')).toMatchObject({ kind: 'credit-note', groupId: FLEET });
  });

  it('takes along what corrects it before it is invoiced, also when the month has ended in between', () => {
    const network = ready();
    const ticket = chargeOf(network, ANA);
    network.now = DECEMBER;
    const late = ticketId('late');
    const correction = { ...ticket, ticketId: late, kind: 'correction', corrects: ticket.ticketId } as const;
    const step: Step = { state: network.state, now: network.now, effects: [] };
    step.effects.push({ kind: 'append', table: 'tickets', row: { ...correction, issuedAtMs: DECEMBER, totalMinor: -4,
      vat: [] } });
    invoiceNewTickets(step);
    network.later(1);
    expect(invoicesOf(network)).toMatchObject([{ ticketCount: 2, totalMinor: 70 }]);
  });

  it('keeps the group until an invoice holds it', () => {
    const network = ready();
    chargeOf(network, ANA);
    network.order({ kind: 'book-group', groupId: FLEET, amountMinor: -9_926, reason: 'out' });
    const remove = { kind: 'remove-group', groupId: FLEET } as const;
    expect(network.order(remove).text).toContain('group:fleet has 1 ticket that no invoice holds yet');
    network.order(byHand);
    expect(network.order(remove).outcome).toBe('done');
  });
});

describe('a month that is invoiced by hand', () => {
  it('takes what waits, once, and says which invoice it is', () => {
    const network = ready();
    chargeOf(network, ANA);
    expect(network.order(byHand)).toMatchObject({
      outcome: 'done', lines: [{ what: 'INV-2025-000001', outcome: '1 ticket' }],
      text: 'INV-2025-000001 over 1 ticket of group:fleet from 2025-11; what comes until the end of 2025-11 goes on '
        + 'the next one',
    });
    expect(network.order(byHand).text).toBe('no ticket of group:fleet from 2025-11 waits for an invoice');
    chargeOf(network, BEN);
    monthEnds(network);
    expect(invoicesOf(network).map(({ number, ticketCount }) => [number, ticketCount]))
      .toEqual([['INV-2025-000001', 1], ['INV-2025-000002', 1]]);
  });

  it('is refused before it has begun and without an issuer', () => {
    expect(ready().order({ ...byHand, month: '2025-12' }).text).toBe('2025-12 has not begun in Europe/Madrid');
    expect(new Network().order(byHand).text).toContain('there is no issuer');
  });
});

describe('the times in which invoices are made', () => {
  it('begin anew where a program made none for groups', () => {
    const network = ready();
    network.state.invoicingSpans.put({ spanId: '1', fromMs: 1, untilMs: null, withGroups: false });
    const { issuedAtMs } = chargeOf(network, ANA);
    expect([...network.state.invoicingSpans.values()]).toEqual([
      { spanId: '1', fromMs: 1, untilMs: issuedAtMs, withGroups: false },
      { spanId: `${issuedAtMs}`, fromMs: issuedAtMs, untilMs: null, withGroups: true },
    ]);
  });
});
