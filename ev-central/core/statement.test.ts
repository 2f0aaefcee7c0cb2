import { expect, test } from 'vitest';
import { CASH, gatewayAccount, userWallet } from '../../shared/account.ts';
import { userId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import { sampleIssuer } from './issuer-for-tests.ts';
import { type StatedMovement, statementDocument, statementOf, statementZone } from './statement.ts';

const ANA = userWallet(userId('ana'));
const EUR = currency('EUR');

function movement(amountMinor: number, change: Partial<StatedMovement> = {}): StatedMovement {
  const contra = change.reason === undefined ? CASH : gatewayAccount('local');
  return {
    movementId: 1, atMs: 5, kind: 'top-up', currency: EUR, reason: 'cash', by: 'olga', sessionId: null, ticketId: null,
    invoice: null, ...change, postings: [
      { account: ANA, amountMinor, balanceMinor: null },
      { account: contra, amountMinor: -amountMinor, balanceMinor: null },
    ],
  };
}

test('a statement leads from the balance before over each movement and each kind to the balance afterwards', () => {
  const movements = [
    movement(1_000), movement(-300, { kind: 'adjustment' }), movement(200, { reason: 'payment k7f2-9' }),
    movement(-50, { kind: 'refund', reason: 'refund of payment k7f2-9' }),
  ];
  const { lines, sums } = statementOf(ANA, { currency: EUR, openingMinor: 40, movements, closingMinor: 890 });
  expect(lines.map((line) => [line.balanceMinor, line.paymentId]))
    .toEqual([[1_040, null], [740, null], [940, 'k7f2-9'], [890, 'k7f2-9']]);
  expect(sums).toEqual([
    { kind: 'top-up', count: 2, amountMinor: 1_200 }, { kind: 'adjustment', count: 1, amountMinor: -300 },
    { kind: 'refund', count: 1, amountMinor: -50 },
  ]);
});

test('a statement whose lines do not come to the balance that was added up apart from them is none', () => {
  const parts = { currency: EUR, openingMinor: 0, movements: [movement(1_000)] };
  expect(() => statementOf(ANA, { ...parts, closingMinor: 999 })).toThrow('opening to its closing balance');
});

test('of a month that runs it ends now, and of an empty wallet it says nothing in its currency', () => {
  const parts = { month: '2025-11', timeZone: 'UTC', span: { startMs: 10, endMs: 20 }, issuer: null, statements: [] };
  const owner = { currency: EUR, timeZone: null, name: null, address: [] };
  expect(statementDocument(ANA, { ...parts, now: 15, owner })).toMatchObject({
    untilMs: 15, isOver: false, statements: [{ currency: 'EUR', lines: [], closingMinor: 0 }],
  });
  expect(statementDocument(ANA, { ...parts, now: 25, owner })).toMatchObject({ untilMs: 20, isOver: true });
  expect(statementDocument(ANA, { ...parts, now: 5, owner })).toMatchObject({ untilMs: 10, isOver: false });
});

test('its dates are in the zone that was asked for, or its owner lives in, or the issuer, or UTC', () => {
  const owner = { currency: EUR, timeZone: 'Atlantic/Canary', name: null, address: [] };
  const issuer = sampleIssuer();
  expect(statementZone('Asia/Tokyo', owner, issuer)).toBe('Asia/Tokyo');
  expect(statementZone(undefined, owner, issuer)).toBe('Atlantic/Canary');
  expect(statementZone(undefined, { ...owner, timeZone: null }, issuer)).toBe('Europe/Madrid');
  expect(statementZone(undefined, undefined, null)).toBe('UTC');
});
