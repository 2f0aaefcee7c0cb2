import { describe, expect, it } from 'vitest';
import { siteId, userId } from '../../shared/ids.ts';
import { NO_PREFERENCES, type NotificationPreferences } from '../../shared/messages/notification.ts';
import { contactRows, preferencesOf } from './contacts.ts';
import { ANA, BEN, CAT, Network, OTHER_POINT, SITE } from './core-harness.ts';
import { booked, connected, eventsOf, nowOf } from './reservations-for-tests.ts';

const PHONE = '+34600111222';

function networkWith(choice: Partial<NotificationPreferences>, who = ANA): Network {
  const network = new Network();
  network.state.persons.put({ userId: ANA, name: 'Ana', email: 'ana@example.org', language: 'es', timeZone: 'UTC' });
  const preferences = { ...NO_PREFERENCES, ...choice };
  expect(network.order({ kind: 'put-notification-preferences', userId: who, preferences }).outcome).toBe('done');
  return network;
}

describe('how a person is reached', () => {
  it('is what the kind usually has, until she chooses', () => {
    const { state } = networkWith({ phone: PHONE });
    expect(contactRows(state, { kind: 'charge-complete', users: 'ana' })).toEqual([{
      userId: ANA, language: 'es', timeZone: 'UTC', quietHours: null, email: 'ana@example.org', phone: null, chat: null,
      push: [],
    }]);
    expect(contactRows(state, { kind: 'queue-offer', users: 'ana' })).toMatchObject([{ phone: PHONE }]);
  });

  it('is what she chose, by kind; an empty list is silence', () => {
    const channels = { 'charge-complete': ['sms' as const], 'low-balance': [] };
    const { state } = networkWith({ phone: PHONE, channels });
    expect(contactRows(state, { kind: 'charge-complete', users: 'ana' }))
      .toMatchObject([{ email: null, phone: PHONE }]);
    expect(contactRows(state, { kind: 'low-balance', users: 'ana' })).toEqual([]);
  });

  it('has no e-mail about debts: that letter is EV_Central\'s own, and always comes', () => {
    const network = networkWith({ phone: PHONE });
    expect(contactRows(network.state, { kind: 'debt', users: 'ana' })).toMatchObject([{ email: null, phone: PHONE }]);
    const choose = (channels: NotificationPreferences['channels']) => network.order({
      kind: 'put-notification-preferences', userId: ANA, preferences: { ...NO_PREFERENCES, phone: PHONE, channels },
    });
    expect(choose({ debt: ['email', 'sms'] })).toMatchObject({
      outcome: 'refused', text: expect.stringMatching(/letters about debt .* always/),
    });
    expect(choose({ debt: [] }).outcome).toBe('done');
    expect(contactRows(network.state, { kind: 'debt', users: 'ana' })).toEqual([]);
  });

  it('is said of nobody who is unknown, has no account any more, or no address', () => {
    const network = networkWith({});
    expect(contactRows(network.state, { kind: 'charge-complete', users: 'nobody,ben' })).toEqual([]);
    network.state.users.put({ ...network.state.users.must(ANA), active: false });
    expect(contactRows(network.state, { kind: 'charge-complete', users: 'ana' })).toEqual([]);
  });

  it('is forgotten with her', () => {
    const network = networkWith({ phone: PHONE });
    network.order({ kind: 'forget-person', userId: ANA, note: '' });
    expect(network.state.contactPreferences.get(ANA)).toBeUndefined();
    expect(preferencesOf(network.state, ANA)).toEqual(NO_PREFERENCES);
  });

  it.each([
    [{ users: 'ana' }, /name the kind/], [{ kind: 'all', users: 'ana' }, /name the kind/],
    [{ kind: 'low-balance', user: 'ana' }, /unknown filter "user"/],
    [{ kind: 'low-balance', users: 'ana,'.repeat(501) }, /at most 500/],
  ])('is not answered to %j', (filter, says) => {
    expect(contactRows(networkWith({}).state, filter as Record<string, string>)).toMatch(says);
  });
});

describe('staff', () => {
  it('is told of the sites that it follows; a driver who follows one is not', () => {
    const network = networkWith({ sites: [siteId('ALC')], phone: PHONE, channels: { 'point-faulted': ['sms'] } });
    const faulted = (): unknown => contactRows(network.state, { kind: 'point-faulted', siteId: 'ALC' });
    expect(faulted()).toEqual([]);
    network.state.users.put({ ...network.state.users.must(ANA), role: 'technician' });
    expect(faulted()).toMatchObject([{ userId: 'ana', phone: PHONE }]);
    expect(contactRows(network.state, { kind: 'point-faulted', siteId: 'BCN' })).toEqual([]);
  });
});

describe('the choice of a person', () => {
  it('is changed by herself and by admins, and is not in the audit log', () => {
    const network = networkWith({});
    const order = {
      kind: 'put-notification-preferences', userId: BEN, preferences: { ...NO_PREFERENCES, phone: PHONE },
    } as const;
    expect(network.order(order, 'operator').outcome).toBe('refused');
    expect(network.order(order).outcome).toBe('done');
    const audited = network.appended.filter(({ table }) => table === 'audit');
    expect(JSON.stringify(audited)).toContain('put-notification-preferences');
    expect(JSON.stringify(audited)).not.toContain(PHONE);
  });

  it.each([
    [{ userId: userId('nobody'), preferences: NO_PREFERENCES }, 'no such user: nobody'],
    [{ userId: ANA, preferences: { ...NO_PREFERENCES, sites: [siteId('XXX')] } }, 'no such site: XXX'],
  ])('is refused when it names what is not there: %j', (given, says) => {
    expect(new Network().order({ kind: 'put-notification-preferences', ...given }).text).toBe(says);
  });
});

describe('maintenance', () => {
  const HOUR_MS = 3_600_000;

  it('is an event for staff and for those who charge or wait there', () => {
    const network = new Network();
    const order = { kind: 'plan-maintenance', siteId: siteId('ALC'), note: 'cables' } as const;
    const [fromMs, toMs] = [network.now + HOUR_MS, network.now + 2 * HOUR_MS];
    expect(network.order({ ...order, fromMs: toMs, toMs: fromMs }).text).toContain('ends after it begins');
    expect(network.order({ ...order, fromMs: 1, toMs: 2 }).text).toContain('this time is over');
    expect(network.order({ ...order, fromMs, toMs }, 'technician').outcome).toBe('done');
    const events = network.appended.flatMap((each) => (each.table === 'events' ? [each.row] : []));
    expect(events.filter(({ kind }) => kind === 'maintenance').map(({ data }) => data))
      .toEqual([{ fromMs, toMs, note: 'cables', drivers: [], reservations: 0, toStaff: true }]);
  });

  it('is told once to each whose slots fall into it, whoever charges there, and to nobody else', () => {
    const network = connected();
    const slots = [
      { user: ANA, inMs: 2 * HOUR_MS }, { user: ANA, inMs: 4 * HOUR_MS },
      { user: BEN, inMs: 0, place: { kind: 'point', pointId: OTHER_POINT, connectorNo: 1 } as const },
      // They end as it begins, and begin as it ends.
      { user: CAT, inMs: HOUR_MS }, { user: CAT, inMs: 6 * HOUR_MS },
    ];
    const rows = slots.map((slot) => booked(network, slot));
    network.charging(BEN, 1_000, OTHER_POINT);
    const [fromMs, toMs] = [network.now + 2 * HOUR_MS, network.now + 6 * HOUR_MS];
    const { text } = network.order({ kind: 'plan-maintenance', siteId: SITE, note: '', fromMs, toMs });
    expect(text).toContain('2 drivers; 2 reservations in this time');
    expect(eventsOf(network, 'maintenance').map(({ data }) => data))
      .toMatchObject([{ drivers: [ANA, BEN], reservations: 2, toStaff: true }]);
    expect(rows.map((row) => nowOf(network, row).state), 'they stay booked')
      .toEqual(['booked', 'booked', 'checked-in', 'booked', 'booked']);
  });

  it('is told to more people than are asked for at once by more events, and to staff by one of them', () => {
    const network = connected();
    const ids = Array.from({ length: 501 }, (_unused, i) => userId(`u${String(i).padStart(3, '0')}`));
    for (const id of ids) {
      network.state.users.put({ ...network.state.users.must(ANA), userId: id });
    }
    ids.forEach((user, i) => booked(network, { user, inMs: (i + 1) * HOUR_MS }));
    const [fromMs, toMs] = [network.now + 1, network.now + 600 * HOUR_MS];
    network.order({ kind: 'plan-maintenance', siteId: SITE, note: '', fromMs, toMs });
    const told = eventsOf(network, 'maintenance').map(({ data }) => data as { drivers: string[]; toStaff: boolean });
    expect(told.map(({ drivers, toStaff }) => [drivers.length, toStaff])).toEqual([[500, true], [1, false]]);
    expect(told.flatMap(({ drivers }) => drivers)).toEqual(ids);
  });
});
