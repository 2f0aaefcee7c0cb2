import { beforeEach, describe, expect, it } from 'vitest';
import { groupWallet, userWallet } from '../../shared/account.ts';
import { groupId, siteId } from '../../shared/ids.ts';
import type { Notice } from '../../shared/messages/notice.ts';
import { currency } from '../../shared/money.ts';
import { samplePayment } from '../store/sample-rows.ts';
import { lettersIn, openAccount } from './accounts-for-tests.ts';
import { stepClock } from './clock-step.ts';
import { ANA, BEN, CAT, Network } from './core-harness.ts';
import { debtRow, debtsOf } from './debts.ts';
import { createState, derive, endBatch, handle } from './handle.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import type { State } from './state.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WALLET = userWallet(ANA);
const FLEET = groupId('fleet');

let network: Network;
beforeEach(() => {
  network = new Network();
});

describe('a debt', () => {
  it('begins with the movement that brings a balance below zero, and ends with the one that ends that', () => {
    book(-10_000);
    expect(network.state.debts.size).toBe(0);
    const beganMs = network.now;
    book(-1);
    const row = {
      account: WALLET, currency: 'EUR', sinceMs: beganMs, step: 0, isFinal: false, dueMs: beganMs + 3 * DAY_MS,
      pausedUntilMs: null, note: '',
    };
    expect([...network.state.debts.values()]).toEqual([row]);
    network.now += HOUR_MS;
    book(-500);
    expect([...network.state.debts.values()]).toEqual([row]);
    book(501);
    expect([network.state.debts.size, debtNotices(ANA)]).toEqual([0, []]);
  });

  it('is made by a charge that costs more than there is', () => {
    network.connect();
    const session = network.charging(ANA);
    book(-9_990);
    network.end(session, 11_000);
    expect(network.state.debts.must(WALLET).sinceMs).toBe(network.now);
    network.charge(ANA);
    expect(network.lastNotice(ANA, 'refused').reason).toBe('balance-negative');
  });

  it('is reminded of in steps: to the debtor, the services and the audit log', () => {
    book(-10_420);
    expect(days(60)).toEqual([[3, 'reminder', 1, 420], [14, 'reminder', 2, 420], [30, 'final', 3, 420]]);
    expect(network.state.debts.must(WALLET)).toMatchObject({ isFinal: true, step: 3, dueMs: null });
    const events = network.appended.flatMap((each) => (each.table === 'events' && each.row.kind === 'debt'
      ? [each.row.data] : []));
    const audits = network.appended.flatMap((each) => (each.table === 'audit' && each.row.action === 'remind-debt'
      ? [each.row.parameters['step']] : []));
    expect(events.map(({ state, readers }) => [state, readers]))
      .toEqual([['reminder', [ANA]], ['reminder', [ANA]], ['final', [ANA]]]);
    expect(audits).toEqual([1, 2, 3]);
    book(420);
    expect(debtNotices(ANA).at(-1)).toMatchObject({ state: 'settled', owedMinor: 0, step: 3 });
  });

  it('that grows or shrinks is reminded of with what is owed then', () => {
    book(-10_420);
    network.later(4 * DAY_MS);
    book(-80);
    network.later(12 * DAY_MS);
    expect(debtNotices(ANA).map((each) => each.owedMinor)).toEqual([420, 500]);
  });

  it('keeps its steps apart when nothing was awake for long', () => {
    book(-10_420);
    network.later(100 * DAY_MS);
    network.later(0);
    expect(debtNotices(ANA).map((each) => each.state)).toEqual(['reminder']);
    expect(days(40)).toEqual([[11, 'reminder', 2, 420], [27, 'final', 3, 420]]);
  });

  it('waits for what stands ready on a card of hers', () => {
    book(-10_420);
    const payment = samplePayment({ userId: ANA, state: 'authorized', amountMinor: 5_000, operation: null });
    network.state.payments.put(payment);
    network.state.paymentIndex.update(payment);
    network.later(3 * DAY_MS);
    expect(debtNotices(ANA)).toEqual([]);
    const gone = { ...payment, state: 'cancelled' as const };
    network.state.payments.put(gone);
    network.state.paymentIndex.update(gone);
    network.later(HOUR_MS);
    expect(debtNotices(ANA)).toMatchObject([{ state: 'reminder', owedMinor: 420 }]);
  });

  it('has no reminders where they are off', () => {
    network = new Network({ dunningAfterMs: [] });
    book(-10_420);
    expect(days(60)).toEqual([]);
    expect(network.state.debts.must(WALLET)).toMatchObject({ dueMs: null, step: 0 });
  });

  it('keeps its person from being forgotten until it is paid or written off', () => {
    book(-10_420);
    const order = { kind: 'forget-person', userId: ANA, note: '' } as const;
    expect(network.order(order).text).toBe('ana owes 4.20 EUR: it has to be paid, or written off, first');
    network.order({ kind: 'write-off-debt', wallet: WALLET, reason: 'gone' });
    expect(network.order(order).outcome).toBe('done');
  });
});

describe('after a restart', () => {
  it('a reminder comes when it was due, once, and the one before does not come again', () => {
    book(-10_420);
    network.later(3 * DAY_MS);
    const again = restarted();
    expect(told(again, 11 * DAY_MS - 1)).toEqual([]);
    expect(told(again, 11 * DAY_MS)).toEqual([['reminder', 2]]);
    expect(told(again, 11 * DAY_MS + 1)).toEqual([]);
  });

  it('one that fell due meanwhile comes after the first inputs were read', () => {
    book(-10_420);
    network.now += 5 * DAY_MS;
    const again = restarted();
    expect(told(again, 1_000)).toEqual([]);
    expect(told(again, 10_000)).toEqual([['reminder', 1]]);
  });

  it('no step waits for longer than it is meant to, although the clock went back by a year', () => {
    book(-10_420);
    network.later(3 * DAY_MS);
    network.now -= 365 * DAY_MS;
    const again = restarted();
    expect(told(again, 11 * DAY_MS - 1)).toEqual([]);
    expect(told(again, 11 * DAY_MS)).toEqual([['reminder', 2]]);
  });

  it('debts that began without reminders get the first one a day later at the earliest', () => {
    network = new Network({ dunningAfterMs: [] });
    book(-10_420);
    network.now += 20 * DAY_MS;
    const again = restarted({ dunningAfterMs: [3 * DAY_MS, 5 * DAY_MS] });
    expect(told(again, DAY_MS - 1)).toEqual([]);
    expect(told(again, DAY_MS)).toEqual([['reminder', 1]]);
    expect(told(again, 3 * DAY_MS)).toEqual([['final', 2]]);
  });

  it('with fewer steps than before, the next one is the final notice', () => {
    book(-10_420);
    network.later(3 * DAY_MS);
    expect(told(restarted({ dunningAfterMs: [DAY_MS] }), DAY_MS)).toEqual([['final', 2]]);
  });
});

it('a clock that is set while Central is awake brings no reminder, and loses none', () => {
  book(-10_420);
  network.now += 40 * DAY_MS;
  stepClock(network.state, 40 * DAY_MS);
  network.later(0);
  expect(debtNotices(ANA)).toEqual([]);
  network.now -= 40 * DAY_MS;
  stepClock(network.state, -40 * DAY_MS);
  expect(days(10)).toEqual([[3, 'reminder', 1, 420]]);
});

describe('the debt of a group', () => {
  beforeEach(() => {
    network.order({ kind: 'put-group', group: {
      groupId: FLEET, name: '', kind: 'fleet', currency: currency('EUR'), active: true, siteIds: null, hours: null,
      limits: { perSessionMinor: null, perMonthMinor: null }, timeZone: 'UTC',
      members: [
        { userId: ANA, role: 'owner', paid: true, limits: null },
        { userId: BEN, role: 'member', paid: true, limits: null },
      ],
    } });
    network.order({ kind: 'book-group', groupId: FLEET, amountMinor: -300, reason: 'fee' });
  });

  it('is told to those who run it, and to no member', () => {
    network.later(3 * DAY_MS);
    expect(debtNotices(ANA)).toMatchObject([{ groupId: FLEET, state: 'reminder', owedMinor: 300 }]);
    expect(debtNotices(BEN)).toEqual([]);
    expect(debtsOf(network.state, ANA).map(({ account }) => account)).toEqual([groupWallet(FLEET)]);
    expect(debtsOf(network.state, BEN)).toEqual([]);
  });

  it('is no debt of a member, who is told whom to ask', () => {
    network.charge(BEN);
    expect(network.lastNotice(BEN, 'refused').facts).toEqual({ balanceMinor: -300, currency: 'EUR', groupId: FLEET });
    expect(network.state.debts.get(userWallet(BEN))).toBeUndefined();
  });

  it('ends with a transfer from a wallet, in the same step', () => {
    network.order({ kind: 'transfer', from: WALLET, to: groupWallet(FLEET), amountMinor: 300, reason: 'fee' });
    expect(network.state.debts.size).toBe(0);
  });
});

it('a reminder is a letter, too, where an address is known', () => {
  network = new Network({ registration: 'open' });
  openAccount(network);
  const userId = [...network.state.persons.values()][0]?.userId ?? CAT;
  network.order({ kind: 'book', userId, amountMinor: -420, reason: 'spent' });
  const sinceMs = network.now;
  const facts = { owedMinor: 420, currency: 'EUR', sinceMs, groupId: null };
  network.later(3 * DAY_MS);
  expect(lettersIn(network)).toMatchObject([{ userId, what: 'debt-reminder', language: 'es', facts }]);
  const [letter] = lettersIn(network);
  network.feed({ kind: 'mail-sent', mailId: letter?.mailId ?? '', error: null });
  network.later(11 * DAY_MS);
  network.later(16 * DAY_MS);
  expect(lettersIn(network)).toMatchObject([{ what: 'debt-final', facts }]);
});

describe('the orders about debts', () => {
  const pause = (untilMs: number) =>
    network.order({ kind: 'pause-debt', wallet: WALLET, untilMs, reason: 'pays in May' }, 'operator');
  const resume = () => network.order({ kind: 'resume-debt', wallet: WALLET }, 'operator');

  it('put reminders off until a date, and no longer', () => {
    book(-10_420);
    expect(pause(network.now + 20 * DAY_MS).outcome).toBe('done');
    expect(debtRow(network.state, network.state.debts.must(WALLET), network.now)).toMatchObject({
      state: 'paused', nextAtMs: network.now + 20 * DAY_MS, note: 'pays in May', owedMinor: 420,
    });
    expect(days(32)).toEqual([[20, 'reminder', 1, 420], [31, 'reminder', 2, 420]]);
    expect(network.state.debts.must(WALLET)).toMatchObject({ pausedUntilMs: null, note: '' });
  });

  it('send them again before', () => {
    book(-10_420);
    pause(network.now + 20 * DAY_MS);
    network.later(5 * DAY_MS);
    expect(resume().outcome).toBe('done');
    network.later(0);
    expect(debtNotices(ANA).length).toBe(1);
    expect(resume().text).toBe('the reminders of ana are not put off');
  });

  it('are refused with what is wrong', () => {
    expect(resume().text).toBe('ana owes nothing');
    const strange = userWallet('nobody' as typeof ANA);
    expect(network.order({ kind: 'resume-debt', wallet: strange }).text).toBe('no such wallet: wallet:user:nobody');
    book(-10_420);
    expect(pause(network.now).text).toBe('the pause would be over before it begins: give a later date');
    expect(pause(network.now + 367 * DAY_MS).text).toBe('a pause lasts at most 366 days: give an earlier date');
    const writeOff = { kind: 'write-off-debt', wallet: WALLET, reason: 'x' } as const;
    expect(network.order(writeOff, 'operator').text).toBe('a operator may not give the order write-off-debt');
    days(31);
    expect(pause(network.now + DAY_MS).text).toBe('ana has had the final notice: there is no reminder to put off');
  });

  it('write off what is owed as a movement that adds up to nothing', () => {
    book(-10_420);
    network.later(3 * DAY_MS);
    const { text } = network.order({ kind: 'write-off-debt', wallet: WALLET, reason: 'insolvent' });
    expect(text).toBe('4.20 EUR that ana owed are written off');
    expect(network.appended.findLast((each) => each.table === 'movements')?.row).toMatchObject({
      kind: 'write-off', reason: 'insolvent', by: 'olga', currency: 'EUR', postings: [
        { account: WALLET, amountMinor: 420, balanceMinor: 0 }, { account: 'bad-debt', amountMinor: -420 },
      ],
    });
    expect(network.state.debts.size).toBe(0);
    expect(debtNotices(ANA).at(-1)).toMatchObject({ state: 'settled' });
  });
});

function book(amountMinor: number): void {
  expect(network.order({ kind: 'book', userId: ANA, amountMinor, reason: 'test' }).outcome).toBe('done');
}

function debtNotices(driver: string): Extract<Notice, { type: 'debt' }>[] {
  return network.notices.flatMap((each) => (each.type === 'debt' && String(each.driverId) === driver ? [each] : []));
}

/** Lets so many days pass, one by one; what Ana was told, and on which. */
function days(count: number): unknown[] {
  const heard: unknown[] = [];
  for (let day = 1; day <= count; day += 1) {
    const before = debtNotices(ANA).length;
    network.later(DAY_MS);
    heard.push(...debtNotices(ANA).slice(before).map((each) => [day, each.state, each.step, each.owedMinor]));
  }
  return heard;
}

/** Central begins again with what is stored. */
function restarted(settings: Partial<Settings> = {}): State {
  const again = createState({ ...DEFAULT_SETTINGS, ...settings });
  for (const name of ['installation', 'sites', 'users', 'debts'] as const) {
    for (const row of network.state[name].values()) again[name].load(row as never);
  }
  expect(again.sites.get(siteId('ALC'))).toBeDefined();
  derive(again, network.now);
  return again;
}

/** What that Central tells Ana of her debt so long after its start. */
function told(state: State, afterMs: number): unknown[] {
  const atMs = network.now + afterMs;
  const effects = [...handle(state, { kind: 'tick' }, atMs), ...endBatch(state, atMs)];
  return effects.flatMap((effect) => (effect.kind === 'send' && effect.topic === 'notices'
    && effect.message.type === 'debt' ? [[effect.message.state, effect.message.step]] : []));
}
