import { describe, expect, it } from 'vitest';
import { type Books, compareBooks } from './reconciliation.ts';

const BOOKS: Books = {
  tickets: [
    { pointId: 'QUAY-01', sessionId: 's-1', kind: 'final', energyWh: 900 },
    { pointId: 'QUAY-01', sessionId: 's-1', kind: 'correction', energyWh: 60 },
    { pointId: 'QUAY-02', sessionId: 's-2', kind: 'final', energyWh: 500 },
  ],
  disputedWh: 40,
  sessions: [
    { sessionId: 's-1', settled: true, provisional: false, holdMinor: 0 },
    { sessionId: 's-2', settled: true, provisional: false, holdMinor: 0 },
  ],
  holds: new Map([['s-1', ['opened', 'enlarged', 'settled']], ['s-2', ['opened', 'settled']]]),
  wrongAccounts: [], wrongBookings: [],
};

function wrongIn(deliveredWh: number, books: Partial<Books>): string[] {
  return compareBooks(deliveredWh, { ...BOOKS, ...books }).filter(({ ok }) => !ok).map(({ text }) => text);
}

describe('the comparison of meters and books', () => {
  it('agrees when every Wh is in a ticket, a correction or disputed', () => {
    expect(wrongIn(1_500, {})).toEqual([]);
  });

  it.each([1_499, 1_501])('finds one Wh too many or too few: %d delivered', (deliveredWh) => {
    expect(wrongIn(deliveredWh, {}))
      .toEqual(['every Wh that the engines delivered is in a ticket or listed as disputed']);
  });

  it.each<[string, Partial<Books>]>([
    ['a second final ticket', {
      tickets: [...BOOKS.tickets, { pointId: 'QUAY-02', sessionId: 's-2', kind: 'final', energyWh: 0 }],
    }],
    ['a ticket that was booked twice', { wrongBookings: ['t-1'] }],
  ])('finds %s', (_what, books) => {
    expect(wrongIn(1_500, books)).toEqual(['nothing is billed twice']);
  });

  it.each<[string, Partial<Books>]>([
    ['is open', { holds: new Map([['s-1', ['opened']]]) }],
    ['was closed twice', { holds: new Map([['s-1', ['opened', 'settled', 'settled']]]) }],
    ['stands in a session', { sessions: [{ sessionId: 's-1', settled: true, provisional: false, holdMinor: 5 }] }],
    ['belongs to a provisional end', {
      sessions: [{ sessionId: 's-1', settled: false, provisional: true, holdMinor: 0 }],
    }],
  ])('finds a hold that %s', (_what, books) => {
    expect(wrongIn(1_500, books)).toEqual(['every hold was closed once']);
  });

  it('finds an account whose balance is not what its ledger adds up to', () => {
    expect(wrongIn(1_500, { wrongAccounts: ['ana'] }))
      .toEqual(['every balance is what its ledger adds up to, with nothing held']);
  });
});
