import { describe, expect, it } from 'vitest';
import type { Fact } from '../../shared/messages/catalogue.ts';
import { ANA, Network, POINT } from './core-harness.ts';
import type { BadFact } from './inputs.ts';
import type { Session } from './rows.ts';

const MINUTE_MS = 60_000;

function charging(): { network: Network; session: Session } {
  const network = new Network();
  network.connect();
  return { network, session: network.charging(ANA) };
}

/** The next fact of the point, which never reaches Central as it should. */
function missing(network: Network): BadFact {
  const { accepted } = network.state.pointStates.must(POINT);
  if (accepted === null) throw new Error('the point has said nothing yet');
  network.skipFact();
  return { pointId: POINT, bootId: accepted.bootId, seq: accepted.seq + 1, type: null, sessionId: null };
}

function feedBad(network: Network, fact: BadFact): void {
  network.feed({
    kind: 'dead-letter', source: 'ev.facts/0@7', reason: 'malformed', detail: 'reason: unknown', claimedSender: POINT,
    headers: {}, payloadBase64: '', fact,
  });
}

const deadLetters = (network: Network): number =>
  network.appended.filter(({ table }) => table === 'dead_letters').length;
const passedOver = (network: Network): number => network.appended
  .filter((append) => append.table === 'audit' && append.row.action === 'pass-over-facts').length;

describe('a fact that cannot be taken in', () => {
  it('is passed over in its turn: one dead letter, an entry in the audit log, and the point goes on', () => {
    const { network, session } = charging();
    const bad = missing(network);
    feedBad(network, bad);
    feedBad(network, bad);
    expect([deadLetters(network), passedOver(network)]).toEqual([1, 1]);
    expect(network.lastCommand('accepted')).toMatchObject({ seq: bad.seq, resend: false });
    network.end(session, 1_500);
    expect(network.lastNotice(ANA, 'ticket').ticket.energyWh).toBe(500);
  });

  it('flags the charge that it names, and breaks it off when it may have been its end', () => {
    const { network, session: { sessionId } } = charging();
    feedBad(network, { ...missing(network), type: 'session-ended', sessionId });
    expect(network.state.sessions.must(sessionId)).toMatchObject({
      state: 'interrupted', provisional: true, flags: ['report-missing'],
    });
    expect(network.order({ kind: 'close-session', sessionId, note: '' }).outcome).toBe('done');
    expect(network.lastNotice(ANA, 'ticket').ticket.flags).toContain('report-missing');
  });

  it('does not touch a charge that it does not name', () => {
    const { network, session } = charging();
    feedBad(network, { ...missing(network), type: 'plugged' });
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({ state: 'charging', flags: [] });
  });

  it('begins no history: the first that is heard of a point is a fact that can be read', () => {
    const network = new Network();
    network.connect();
    feedBad(network, { pointId: POINT, bootId: 9_000_000, seq: 5, type: null, sessionId: null });
    network.fact('plugged', { connectorNo: 1, vehicle: null });
    expect(network.state.pointStates.must(POINT).accepted).toEqual({ bootId: 100, seq: 1 });
    expect(deadLetters(network)).toBe(1);
  });

  it('waits for what is missing before it, as any other', () => {
    const { network } = charging();
    missing(network);
    const second = { ...missing(network), seq: (network.state.pointStates.must(POINT).accepted?.seq ?? 0) + 2 };
    feedBad(network, second);
    expect(network.lastCommand('accepted').resend).toBe(true);
    expect(passedOver(network)).toBe(0);
  });

  it('behind a gap that stays flags every charge at its point: what is missing may have been its end', () => {
    const { network, session: { sessionId } } = charging();
    const bad = { ...missing(network), type: 'booted' };
    const newBoot = { ...bad, bootId: bad.bootId + 1, seq: 1 };
    for (let ms = 0; ms <= MINUTE_MS; ms += 5_000) {
      feedBad(network, newBoot);
      network.later(5_000);
    }
    expect([deadLetters(network), passedOver(network)]).toEqual([1, 1]);
    expect(network.state.sessions.must(sessionId)).toMatchObject({ state: 'interrupted', flags: ['report-missing'] });
  });
});

describe('a gap', () => {
  /** The point sends what it has behind the gap again, every five seconds. */
  function sendAgain(network: Network, fact: Fact, forMs: number): void {
    for (let ms = 0; ms < forMs; ms += 5_000) {
      network.later(5_000);
      network.again(fact);
    }
  }

  it('that asking again does not close is passed over after the named time; what it may hide is flagged', () => {
    const { network, session } = charging();
    missing(network);
    const behind = network.fact('unplugged', { connectorNo: 1 });
    const asks = (): number =>
      network.commands.filter(({ command }) => command.type === 'accepted' && command.resend).length;
    sendAgain(network, behind, MINUTE_MS - 5_000);
    expect([asks(), passedOver(network)]).toEqual([6, 0]);
    sendAgain(network, behind, 5_000);
    expect(passedOver(network)).toBe(1);
    expect(network.state.pointStates.must(POINT).accepted?.seq).toBe(behind.seq);
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({
      state: 'interrupted', flags: ['report-missing'],
    });
  });

  it('that hides no end breaks nothing off for longer than to the next reading', () => {
    const { network, session } = charging();
    missing(network);
    sendAgain(network, network.fact('plugged', { connectorNo: 1, vehicle: null }), MINUTE_MS);
    network.sample(session, 1, 1_100);
    expect(network.state.sessions.must(session.sessionId)).toMatchObject({ state: 'charging', provisional: false });
  });

  it('that is closed in time leaves no trace', () => {
    const { network, session } = charging();
    const lost = network.fact('plugged', { connectorNo: 1, vehicle: null });
    const at = network.state.pointStates.must(POINT);
    network.state.pointStates.put({ ...at, accepted: { bootId: lost.bootId, seq: lost.seq - 1 } });
    const behind = network.fact('plugged', { connectorNo: 1, vehicle: null });
    sendAgain(network, behind, MINUTE_MS - 10_000);
    network.again(lost);
    network.again(behind);
    sendAgain(network, behind, MINUTE_MS);
    expect(passedOver(network)).toBe(0);
    expect(network.state.sessions.must(session.sessionId).flags).toEqual([]);
  });
});
