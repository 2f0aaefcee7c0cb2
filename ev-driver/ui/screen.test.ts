// The driver's screen on a real terminal emulator, over made-up states.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openHeadlessTerminal } from '../../tests/screen/headless-terminal.ts';
import { sampleDriverView, sampleReservations, sampleSlots } from '../../tests/screen/sample-driver.ts';
import type { Screen } from '../../shared/screen/handle.ts';
import { openDriverScreen } from './screen.ts';
import type { BookingWish, ChargeView, ChargeWish, DriverScreenView, ReservationChange } from './view.ts';

// A machine that is busy with other tests draws late, never wrong.
vi.setConfig({ testTimeout: 60_000 });

const NOW = 1_763_700_000_000;
const opened: Screen[] = [];
afterEach(() => {
  for (const screen of opened.splice(0)) screen.close();
});

function open(options: {
  size?: readonly [number, number]; points?: number; state?: ChargeView['state'] | 'none';
  change?: (view: DriverScreenView) => DriverScreenView; whyNot?: string | null; refuse?: string; noSlots?: boolean;
  login?: (id: string, password: string) => { ok: boolean; text: string };
} = {}) {
  const [columns, rows] = options.size ?? [80, 24];
  const terminal = openHeadlessTerminal(columns, rows);
  const wishes: ChargeWish[] = [];
  const calls: string[] = [];
  const bookings: BookingWish[] = [];
  const changes: ReservationChange[] = [];
  const slotsAsked: object[] = [];
  const note = (name: string) => (): { ok: true; text: string } => {
    calls.push(name);
    return { ok: true, text: `done: ${name}` };
  };
  const screen = openDriverScreen({
    view: () => (options.change ?? ((v) => v))(sampleDriverView(options.points ?? 30, NOW, options.state ?? 'none')),
    onQuit: () => calls.push('quit'), streams: terminal.streams, term: 'xterm-256color',
    actions: {
      login: options.login ?? (() => ({ ok: true, text: '' })),
      request(wish) {
        wishes.push(wish);
        return { ok: true, text: 'asked' };
      },
      whyNotRequest: () => options.whyNot ?? null,
      stop: note('stop'), whyNotStop: () => options.whyNot ?? null,
      cancel: note('cancel'), whyNotCancel: () => options.whyNot ?? null,
      reload: () => calls.push('reload'), estimate: (id) => calls.push(`estimate ${id}`),
      moreHistory: () => calls.push('more'),
      book(wish) {
        bookings.push(wish);
        return options.refuse === undefined ? { ok: true, text: 'booked' } : { ok: false, text: options.refuse };
      },
      whyNotBook: () => options.whyNot ?? null,
      change(change) {
        changes.push(change);
        return { ok: true, text: 'changed' };
      },
      checkIn: note('check-in'), cancelReservation: note('cancel-reservation'), cancelSeries: note('cancel-series'),
      freeSlots: (filter) => {
        slotsAsked.push(filter);
        return Promise.resolve({ rows: options.noSlots === true ? [] : sampleSlots(NOW), next: null, error: null });
      },
    },
  });
  opened.push(screen);
  return { terminal, wishes, calls, screen, bookings, changes, slotsAsked };
}

describe.each([[80, 24], [200, 50]] as const)('the screen of a driver at %i x %i', (columns, rows) => {
  it('lists points with free ones first, with power, price and place, and filters 500 of them', async () => {
    const { terminal } = open({ size: [columns, rows], points: 500 });
    const text = await terminal.waitFor((t) => t.includes('>ALC-02'));
    expect(text).toMatch(/>ALC-02 +o free +2\/2 +22 kW +0\.42 EUR/);
    terminal.type('/broken\r');
    await terminal.waitFor((t) => t.includes('! broken down') && t.includes('83 of 500') && !t.includes('o free'));
  });

  it('shows a charge live: power, battery, goal, energy, cost and time left', async () => {
    const { terminal } = open({ size: [columns, rows], state: 'charging' });
    terminal.type('2');
    const text = await terminal.waitFor((t) => t.includes('What happened'));
    for (const wanted of ['11.0 kW', '█', '41 %', '4.12 kWh of 10.00 kWh', '1.73 EUR', '0:32:05', 'Authorized']) {
      expect(text).toContain(wanted);
    }
  });

  it('counts down to plugging in, and says the place in the queue', async () => {
    const { terminal } = open({ size: [columns, rows], state: 'authorized' });
    await terminal.waitFor((t) => /PLUG IN BEFORE \d\d:\d\d:\d\d {3}0:00:45 left {2}ALC-01/.test(t));
    const waiting = open({ size: [columns, rows], state: 'queued' });
    waiting.terminal.type('2');
    await waiting.terminal.waitFor((t) => t.includes('WAITING: PLACE 2   about 9 min'));
  });

  it('shows the history, and a ticket as a receipt', async () => {
    const { terminal } = open({ size: [columns, rows] });
    terminal.type('3\r');
    await terminal.waitFor((t) => t.includes('Ticket k7f2-120') && t.includes('10.000 kWh x 0.42')
      && t.includes('4.20 EUR'));
  });
});

describe('asking for a charge', () => {
  it('asks for the selected point', async () => {
    const { terminal, wishes } = open();
    terminal.type('c\r');
    await terminal.waitFor((t) => t.includes('asked'));
    expect(wishes).toEqual([{
      target: { kind: 'point', pointId: 'ALC-02', connectorNo: null }, fit: { connectorType: null, minPowerW: null },
      goal: { energyWh: null, amountMinor: null, socPercent: null }, mayQueue: true,
    }]);
  });

  it('asks for any point at a site, for an amount of money, without waiting', async () => {
    const { terminal, wishes } = open();
    terminal.type('c\x1b[C'); // any point at a site
    terminal.type('\t\x1b[C\t\x1b[C\t11\t\x1b[C\x1b[C\t'); // the other site, the first plug, 11 kW, money
    terminal.type('12.50\t\x1b[C\r');
    await terminal.waitFor(() => wishes.length === 1);
    expect(wishes).toEqual([{
      target: { kind: 'site', siteId: 'BEN' }, fit: { connectorType: 'IEC_62196_T2', minPowerW: 11_000 },
      goal: { energyWh: null, amountMinor: 1_250, socPercent: null }, mayQueue: false,
    }]);
  });

  it('says what is wrong with a position', async () => {
    const { terminal, wishes } = open();
    terminal.type('c\x1b[D\r');
    await terminal.waitFor((t) => t.includes('The position is two numbers'));
    terminal.type('\t38.3452, -0.4810\r');
    await terminal.waitFor(() => wishes.length === 1);
    expect(wishes[0]?.target).toEqual({ kind: 'near', latitude: 38.3452, longitude: -0.481, radiusM: 5_000 });
  });

  it('is disabled with the reason while Central or the bus is away, and the header says so', async () => {
    const { terminal, wishes } = open({
      whyNot: 'EV_Central cannot be reached',
      change: (v) => ({ ...v, central: { state: 'down', sinceMs: NOW - 5_000, why: '' },
        bus: { state: 'down', sinceMs: NOW - 5_000, why: '' } }),
    });
    await terminal.waitFor((t) => t.includes('EV_Central cannot be reached (5 s)') && t.includes('BUS DOWN')
      && t.includes('c(Charge)'));
    terminal.type('c');
    await terminal.waitFor((t) => t.includes('Not now: Charge'));
    terminal.type('\r');
    await terminal.waitFor((t) => t.includes('! EV_Central cannot be reached'));
    expect(wishes).toEqual([]);
  });

  it('stops and cancels after a question', async () => {
    const { terminal, calls } = open({ state: 'charging' });
    terminal.type('2s');
    await terminal.waitFor((t) => t.includes('Stop this charge?'));
    terminal.type('y');
    await terminal.waitFor((t) => t.includes('done: stop'));
    terminal.type('x');
    await terminal.waitFor((t) => t.includes('Take this request back?'));
    terminal.type('y');
    await terminal.waitFor((t) => t.includes('done: cancel'));
    expect(calls.filter((c) => c !== 'reload')).toEqual(['stop', 'cancel']);
  });

  it('shows figures that are older than 3 s as stale', async () => {
    const { terminal } = open({ state: 'charging', change: (v) => ({ ...v, nowMs: NOW + 10_000 }) });
    terminal.type('2');
    await terminal.waitFor((t) => t.includes('no figures for 10 s'));
  });
});

describe('the log-in form', () => {
  it('is shown until the log-in works, never shows the password, and says why one was refused', async () => {
    const state = { step: 'needed' as 'needed' | 'in', text: '' };
    const tries: string[][] = [];
    const { terminal, screen } = open({
      change: (v) => ({
        ...v, driverId: state.step === 'in' ? v.driverId : null, login: { state: state.step, text: state.text },
      }),
      login: (id, password) => {
        tries.push([id, password]);
        if (password === 'right') state.step = 'in';
        else state.text = 'The id or the password is wrong.';
        screen.refresh();
        return { ok: password === 'right', text: '' };
      },
    });
    await terminal.waitFor((t) => t.includes('Log in at EV_Central'));
    terminal.type('nope');
    await terminal.waitFor((t) => t.includes('****'));
    expect(terminal.text()).not.toContain('nope');
    terminal.type('\r');
    await terminal.waitFor((t) => t.includes('The id or the password is wrong.'));
    terminal.type('right\r');
    await terminal.waitFor((t) => !t.includes('Log in at EV_Central') && t.includes('EV_Driver ana'));
    expect(tries).toEqual([['ana', 'nope'], ['ana', 'right']]);
  });
});

describe.each([[80, 24], [200, 50]] as const)('the reservations of a driver at %i x %i', (columns, rows) => {
  it('says when, where, in how long, until when to be there, and what cancelling costs now', async () => {
    const { terminal } = open({ size: [columns, rows] });
    terminal.type('4');
    const text = await terminal.waitFor((t) => t.includes('check in!'));
    for (const wanted of [
      '2025-11-21 05:45-06:45', 'in 5 min', 'ALC-01/1', '05:35-06:00', '4.00 EUR', 'booked', '(Europe/Madrid)',
      'Alicante, Mercado', 'Check in from 05:35 to 06:00. Cancelling now costs 100 % = 4.00 EUR.',
    ]) expect(text).toContain(wanted);
    terminal.type('\x1b[B');
    await terminal.waitFor((t) => t.includes('Cancelling now costs 25 % = 1.00 EUR.'));
    terminal.type('\x1b[B');
    await terminal.waitFor((t) => t.includes('every week: 4 of 10, 1 could not be had'));
  });

  it('shows 200 reservations, and says what to do with none', async () => {
    const many = open({
      size: [columns, rows], change: (view) => ({ ...view, reservations: sampleReservations(200, NOW) }),
    });
    many.terminal.type('4\x1b[F');
    await many.terminal.waitFor((t) => t.includes('>2026-01-01') && t.includes('k7f2-339'));
    const none = open({ size: [columns, rows], change: (view) => ({ ...view, reservations: [], series: [] }) });
    none.terminal.type('4');
    await none.terminal.waitFor((t) => t.includes('nothing reserved: "b" books a connector'));
    none.terminal.type('x');
    await none.terminal.waitFor((t) => t.includes('Cancel it: nothing is selected'));
  });
});

describe('reserving a connector', () => {
  it('books the selected point for a time of its site, every week', async () => {
    const { terminal, bookings } = open();
    terminal.type('r');
    await terminal.waitFor((t) => t.includes('Reserve a connector') && t.includes('Europe/Madrid'));
    // connector 1, tomorrow at eight, 90 minutes, every week, three times
    terminal.type('\t\t1\t\x15tomorrow 08:00\t\x1590\t\x1b[C\x1b[C\t\x153\r');
    await terminal.waitFor((t) => t.includes('booked'));
    const beginsAtMs = Date.parse('2025-11-22T07:00:00Z');
    expect(bookings).toEqual([{
      place: { kind: 'point', pointId: 'ALC-02', connectorNo: 1 }, fit: { connectorType: null, minPowerW: null },
      beginsAtMs, endsAtMs: beginsAtMs + 5_400_000, repeat: { every: 'weekly', times: 3 },
    }]);
  });

  it('says what is wrong with a time, and comes back with the reason of a refusal', async () => {
    const { terminal, bookings } = open({ refuse: 'ALC-01/1 is reserved from 06:00 to 07:00.' });
    terminal.type('4b');
    await terminal.waitFor((t) => t.includes('Reserve a connector'));
    terminal.type('\t\t\t\x15soon\r');
    await terminal.waitFor((t) => t.includes('From: now, +30m'));
    terminal.type('\x15+30m\r');
    await terminal.waitFor((t) => /ALC-01\/1 is reserved from[^]*\[ Go on \]/.test(t) && t.includes('+30m'));
    expect(bookings).toHaveLength(1);
    expect(bookings[0]?.place).toEqual({ kind: 'site', siteId: 'ALC' });
  });

  it('shows free times, and the chosen one goes into the form', async () => {
    const { terminal, bookings, slotsAsked } = open();
    terminal.type('4b');
    await terminal.waitFor((t) => t.includes('Reserve a connector'));
    terminal.type('\x1b[Z\x1b[Z\x1b[Z\x1b[C\r');
    await terminal.waitFor((t) => t.includes('Free times (Europe/Madrid)') && t.includes('22 kW'));
    terminal.type('2');
    await terminal.waitFor((t) => t.includes('2025-11-21 07:40') && t.includes('Reserve a connector'));
    terminal.type('\r');
    await terminal.waitFor((t) => t.includes('booked'));
    expect(slotsAsked).toEqual([{ siteId: 'ALC', sinceMs: NOW, untilMs: NOW + 86_400_000, lengthMs: 3_600_000 }]);
    expect(bookings[0]).toMatchObject({
      place: { kind: 'point', pointId: 'ALC-01', connectorNo: 2 }, beginsAtMs: NOW + 7_200_000,
    });
  });

  it('cannot be asked for while EV_Central is away', async () => {
    const { terminal } = open({ whyNot: 'EV_Central cannot be reached' });
    terminal.type('4b');
    await terminal.waitFor((t) => t.includes('Book: EV_Central cannot be reached'));
  });
});

describe('orders about a reservation', () => {
  it('checks in while the window is open, and says from when otherwise', async () => {
    const { terminal, calls } = open();
    terminal.type('4i');
    await terminal.waitFor((t) => t.includes('done: check-in'));
    terminal.type('\x1b[Bi');
    await terminal.waitFor((t) => t.includes('Check in: check in from 18:20 on'));
    expect(calls.filter((call) => call === 'check-in')).toHaveLength(1);
  });

  it('cancels after it has said what that costs', async () => {
    const { terminal, calls } = open();
    terminal.type('4\x1b[Bx');
    await terminal.waitFor((t) => t.includes('Cancelling now costs 25 % = 1.00 EUR.') && t.includes('y Yes'));
    expect(calls).not.toContain('cancel-reservation');
    terminal.type('y');
    await terminal.waitFor((t) => t.includes('done: cancel-reservation'));
  });

  it('ends a recurring one with all that follow', async () => {
    const { terminal, calls } = open();
    terminal.type('4\x1b[B\x1b[Bx');
    await terminal.waitFor((t) => t.includes('This one and all that follow'));
    terminal.type('2');
    await terminal.waitFor((t) => t.includes('1 reservations are cancelled'));
    terminal.type('y');
    await terminal.waitFor((t) => t.includes('done: cancel-series'));
    expect(calls).not.toContain('cancel-reservation');
  });

  it('moves one to another time at its connector', async () => {
    const { terminal, changes } = open();
    terminal.type('4\x1b[Be');
    await terminal.waitFor((t) => t.includes('Change reservation k7f2-141'));
    terminal.type('\x15' + '2025-11-22 10:00\r');
    await terminal.waitFor((t) => t.includes('changed'));
    const beginsAtMs = Date.parse('2025-11-22T09:00:00Z');
    expect(changes).toEqual([{
      reservationId: 'k7f2-141', place: null, beginsAtMs, endsAtMs: beginsAtMs + 3_600_000,
    }]);
  });
});
