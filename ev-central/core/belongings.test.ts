import { describe, expect, it } from 'vitest';
import { connectionId, correlationId, messageId, requestId, userId } from '../../shared/ids.ts';
import type { NewToken } from '../../shared/messages/accounts.ts';
import { NO_GOAL } from '../../shared/messages/values.ts';
import { MOST_BELONGINGS } from './belongings.ts';
import { ANA, BEN, Network } from './core-harness.ts';

const CARD: NewToken = { userId: ANA, tokenId: '04a1b2c3', tokenKind: 'rfid', expiresAtMs: null };

describe('tokens', () => {
  it('are issued all or none, and each that cannot be is named with its reason', () => {
    const network = new Network();
    network.order({ kind: 'issue-tokens', tokens: [{ ...CARD, tokenId: 'BEN-QR-1', tokenKind: 'qr', userId: BEN }] });
    const { outcome, text, lines } = network.order({
      kind: 'issue-tokens',
      tokens: [
        CARD, { ...CARD, tokenId: 'BEN-QR-1' }, { ...CARD, tokenId: '0400', userId: userId('nobody') },
        { ...CARD, tokenId: '04A1B2C3' }, { ...CARD, tokenId: 'OLD-1', expiresAtMs: network.now },
      ],
    });
    expect([outcome, text]).toEqual(['refused', '4 of 5 tokens cannot be issued: none was']);
    expect(lines).toEqual([
      { what: 'BEN-QR-1', outcome: 'token BEN-QR-1 belongs to another person' },
      { what: '0400', outcome: 'no such user: nobody' },
      { what: '04A1B2C3', outcome: 'token 04A1B2C3 stands there twice' },
      { what: 'OLD-1', outcome: 'token OLD-1 would have expired already' },
    ]);
    expect([...network.state.tokens.values()].map(({ tokenId }) => tokenId)).toEqual(['BEN-QR-1']);
  });

  it('are issued all at once from a long file, and the audit log has them in parts', () => {
    const network = new Network();
    for (let n = 0; n < 20; n += 1) {
      const { role, active, priorityClass, currency, limits, passwordHash } = network.state.users.must(ANA);
      const user = { userId: userId(`u${n}`), role, active, priorityClass, currency, limits };
      network.order({ kind: 'put-user', user, passwordHash, pinHash: null });
    }
    const tokens = Array.from({ length: 1_000 }, (_each, at) =>
      ({ ...CARD, tokenId: `CARD-${at}`, userId: userId(`u${at % 20}`) }));
    const audited = (): unknown[][] => network.appended.flatMap((append) => (append.table === 'audit'
      && append.row.action === 'issue-tokens' ? [append.row.parameters['tokens'] as unknown[]] : []));
    expect(network.order({ kind: 'issue-tokens', tokens: [...tokens, { ...CARD, userId: userId('u0') }] }))
      .toMatchObject({ outcome: 'refused', text: '1 of 1001 tokens cannot be issued: none was' });
    expect(network.state.tokens.size).toBe(0);
    const before = audited().length;
    expect(network.order({ kind: 'issue-tokens', tokens }).outcome).toBe('done');
    expect(network.state.tokens.size).toBe(1_000);
    expect(audited().slice(before).map((part) => part.length)).toEqual([300, 300, 300, 100]);
  });

  it('of one person are bounded', () => {
    const network = new Network();
    const tokens = Array.from({ length: MOST_BELONGINGS + 1 }, (_each, at) => ({ ...CARD, tokenId: `CARD-${at}` }));
    expect(network.order({ kind: 'issue-tokens', tokens }).outcome).toBe('refused');
    expect(network.order({ kind: 'issue-tokens', tokens: tokens.slice(1) }).outcome).toBe('done');
    expect(network.order({ kind: 'issue-tokens', tokens: tokens.slice(0, 1) }).text).toContain('more than 50 tokens');
  });

  it('are blocked by an operator or by whose they are, and serve again when an admin says so', () => {
    const network = new Network();
    network.order({ kind: 'issue-tokens', tokens: [CARD] });
    const block = (who: string | null) => network.order({
      kind: 'block-token', tokenId: '04A1B2C3', userId: who === null ? null : userId(who), note: '',
    }, 'operator');
    expect(block('ben').text).toBe('no such token: 04A1B2C3');
    expect(block('ana').outcome).toBe('done');
    expect(network.state.tokens.must('04A1B2C3').blocked).toBe(true);
    const unblock = { kind: 'unblock-token', tokenId: '04a1b2c3', note: '' } as const;
    expect(network.order(unblock, 'operator').outcome).toBe('refused');
    expect(network.order(unblock).outcome).toBe('done');
    expect(network.state.tokens.must('04A1B2C3').blocked).toBe(false);
  });
});

describe('a card at the point', () => {
  function atPoint(network: Network, driver: string): unknown {
    network.feed({
      kind: 'local-request', connectionId: connectionId(1), re: messageId('f-1'),
      requestId: requestId(`l-${network.now}`), driverId: userId(driver), connectorNo: 1, goal: NO_GOAL,
      corr: correlationId('c-1'),
    });
    const check = network.effects.find((effect) => effect.kind === 'check-password');
    if (check?.kind !== 'check-password') return null;
    const ok = check.hash !== null;
    network.feed({ kind: 'password-checked', checkId: check.checkId, ok });
    const frame = network.effects.find((effect) => effect.kind === 'frame');
    return frame?.kind === 'frame' ? frame.frame['outcome'] : null;
  }

  it('does for the id of its person, with her PIN, in whatever letters its reader writes the uid', () => {
    const network = new Network();
    network.connect();
    network.order({ kind: 'issue-tokens', tokens: [CARD] });
    expect(atPoint(network, '04a1B2c3')).toBe('accepted');
    expect(network.lastCommand('authorize').driverId).toBe(ANA);
  });

  it.each(['blocked', 'expired', 'unknown'])('that is %s stands for nobody', (what) => {
    const network = new Network();
    network.connect();
    if (what !== 'unknown') {
      network.order({ kind: 'issue-tokens', tokens: [{ ...CARD, expiresAtMs: network.now + 5_000 }] });
    }
    if (what === 'blocked') network.order({ kind: 'block-token', tokenId: '04A1B2C3', userId: null, note: '' });
    if (what === 'expired') network.now += 5_000;
    expect(atPoint(network, '04A1B2C3')).toBe('refused');
  });
});

describe('a vehicle', () => {
  const vehicle = { vehicleId: 'leaf', batteryWh: 40_000, connectorType: 'IEC_62196_T2', maxPowerW: 6_600 } as const;

  it('is registered, changed and removed, of each person by her own name for it', () => {
    const network = new Network();
    for (const who of [ANA, BEN]) network.order({ kind: 'put-vehicle', userId: who, vehicle });
    network.order({ kind: 'put-vehicle', userId: ANA, vehicle: { ...vehicle, batteryWh: 62_000 } });
    expect([...network.state.vehicles.values()].map(({ userId: who, batteryWh }) => [who, batteryWh]))
      .toEqual([['ana', 62_000], ['ben', 40_000]]);
    const removal = { kind: 'remove-vehicle', userId: ANA, vehicleId: 'leaf' } as const;
    expect(network.order(removal).outcome).toBe('done');
    expect(network.order(removal).text).toBe('no such vehicle: leaf');
    expect(network.state.vehicles.size).toBe(1);
  });
});
