// What 10,000 reservations cost EV_Central: its core and its database in one process, without wires; each figure beside
// the same with none. 2,000 connectors of 1,000 points at 40 sites, 400 drivers; 500 slots begin in the same minute.
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { calendarOf, freeSlots } from '../../ev-central/core/reservation-views.ts';
import { siteId } from '../../shared/ids.ts';
import { type Bench, type Figures, scaled, type Stage } from './bench.ts';
import { range, ReservedNetwork, type ReservedSize } from './reserved-network.ts';

const RESERVATIONS = 10_000;
const AT_ONCE = 500;
const TIMES = 9;
const BOOKINGS = 50;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const VIEWER = { userId: null, seesAll: true };

export const reservationsBench: Bench = {
  name: 'reservations',
  what: '10,000 reservations of 2,000 connectors: book, search, calendar, 500 that begin at once, memory, start',
  rows: [
    { row: 'reservations-book', what: 'a booking, decided and written', unit: 'ms', better: 'lower', goal: 5 },
    { row: 'reservations-slots', what: 'free times of a day at a site', unit: 'ms', better: 'lower', goal: 5 },
    { row: 'reservations-slots-all', what: 'free times of a day anywhere', unit: 'ms', better: 'lower', goal: 20 },
    { row: 'reservations-calendar', what: 'the calendar of a site, 31 days', unit: 'ms', better: 'lower', goal: 5 },
    { row: 'reservations-calendar-all', what: 'the whole calendar, 31 days', unit: 'ms', better: 'lower' },
    { row: 'reservations-fleet', what: 'what cancelling a fleet gives back', unit: 'ms', better: 'lower', goal: 10 },
    { row: 'reservations-tick', what: 'a tick in which nothing falls due', unit: 'ms', better: 'lower', goal: 1 },
    { row: 'reservations-open', what: '500 windows open at once', unit: 'ms', better: 'lower', goal: 1_000 },
    { row: 'reservations-begin', what: '500 slots begin at once', unit: 'ms', better: 'lower', goal: 1_000 },
    { row: 'reservations-no-show', what: '500 fees are taken at once', unit: 'ms', better: 'lower', goal: 1_000 },
    { row: 'reservations-start', what: 'EV_Central reads its database', unit: 'ms', better: 'lower', goal: 1_000 },
    { row: 'reservations-memory', what: 'the core in memory', unit: 'MB', better: 'lower' },
  ],
  run(stage): Promise<Figures> {
    return Promise.resolve(measured(stage));
  },
};

function measured(stage: Stage): Figures {
  const size = { sites: scaled(40, stage), points: scaled(1_000, stage, 10), drivers: scaled(400, stage, 10) };
  const [file, key] = [join(stage.dir, 'central.db'), join(stage.dir, 'master.key')];
  let network = new ReservedNetwork(file, key, size);
  network.fill();
  network.close();
  const bare = opened(file, key, size);
  network = bare.network;
  const none = { ...looks(network, 2), start: bare.ms, memory: bare.mb };
  const beginsAtMs = network.nowMs + 2 * HOUR_MS;
  stage.say(`${book(network, stage, beginsAtMs)} reservations`);
  network.close();
  const full = opened(file, key, size);
  network = full.network;
  const many = { ...looks(network, 1), start: full.ms, memory: full.mb };
  const due = dueTimes(network, beginsAtMs);
  const states = Map.groupBy(network.state.reservations.values(), ({ state }) => state);
  stage.say(`${[...states].map(([state, rows]) => `${rows.length} ${state}`).join(', ')}`);
  network.close();
  const pair = (name: keyof typeof none) => ({ value: many[name], baseline: none[name] });
  return {
    'reservations-book': pair('book'), 'reservations-slots': pair('slots'), 'reservations-slots-all': pair('slotsAll'),
    'reservations-calendar': pair('calendar'), 'reservations-calendar-all': pair('calendarAll'),
    'reservations-fleet': { value: many.fleet }, 'reservations-tick': pair('tick'),
    'reservations-open': { value: due.open }, 'reservations-begin': { value: due.begin },
    'reservations-no-show': { value: due.noShow }, 'reservations-start': pair('start'),
    'reservations-memory': pair('memory'),
  };
}

function opened(file: string, key: string, size: ReservedSize): { network: ReservedNetwork; ms: number; mb: number } {
  const beforeMb = heapMb();
  const startedMs = performance.now();
  const network = new ReservedNetwork(file, key, size);
  const ms = performance.now() - startedMs;
  const mb = heapMb() - beforeMb;
  network.connect();
  return { network, ms, mb };
}

/** What is asked and booked while they are held. */
function looks(
  network: ReservedNetwork, hours: number,
): Record<'book' | 'slots' | 'slotsAll' | 'calendar' | 'calendarAll' | 'fleet' | 'tick', number> {
  const { state, nowMs } = network;
  const site = { siteId: siteId('S0') };
  const month = { sinceMs: nowMs, untilMs: nowMs + 31 * DAY_MS };
  const fleetId = [...state.reservations.values()].find((row) => row.fleetId !== null)?.fleetId;
  return {
    slots: median(() => freeSlots(state, site, nowMs)), slotsAll: median(() => freeSlots(state, {}, nowMs)),
    calendar: median(() => calendarOf(state, { ...site, ...month }, VIEWER, nowMs)),
    calendarAll: median(() => calendarOf(state, month, VIEWER, nowMs)),
    tick: median(() => network.take([{ kind: 'tick' }])),
    fleet: fleetId === null || fleetId === undefined ? 0 : median(() => network.take([network.order({
      kind: 'cancel-reservation-fleet', fleetId, preview: true, free: false, note: '',
    })])),
    // In the last hours that can be booked, where no other slot is.
    book: median((n) => network.take([network.booking({
      connector: n % network.connectors, minutes: 15,
      beginsAtMs: nowMs + 30 * DAY_MS - HOUR_MS * hours,
    })]), BOOKINGS),
  };
}

/** Books them; returns how many there are. The first 500 begin at once, some of them for a fleet. */
function book(network: ReservedNetwork, stage: Stage, beginsAtMs: number): number {
  const [count, atOnce] = [scaled(RESERVATIONS, stage, 50), scaled(AT_ONCE, stage, 5)];
  network.take([network.order({
    kind: 'book-reservations', wishes: range(Math.min(20, atOnce)).map((n) => {
      const { order } = network.booking({ connector: n, beginsAtMs: beginsAtMs + DAY_MS, minutes: 30 }) as {
        order: Extract<Parameters<typeof network.order>[0], { kind: 'book-reservation' }>;
      };
      const { userId, place, fit, beginsAtMs: from, endsAtMs } = order;
      return { userId, place, fit, beginsAtMs: from, endsAtMs };
    }),
  })]);
  network.take(range(count).map((n) => {
    // Half an hour each, an hour apart: the connectors one after the other, then the next day.
    const later = n < atOnce ? 0 : (2 + Math.floor(n / network.connectors)) * DAY_MS + (n % 7) * HOUR_MS;
    return network.booking({ connector: n % network.connectors, beginsAtMs: beginsAtMs + later, minutes: 30 });
  }));
  return network.state.reservations.size;
}

/** How long the ticks take in which 500 windows open, 500 slots begin, and nobody has come for 500. */
function dueTimes(network: ReservedNetwork, beginsAtMs: number): Record<'open' | 'begin' | 'noShow', number> {
  const { marginMs, graceMs } = network.state.settings.reservations;
  const tickAt = (atMs: number): number => {
    network.nowMs = atMs;
    const startedMs = performance.now();
    network.take([{ kind: 'tick' }]);
    return performance.now() - startedMs;
  };
  // Reminders first, so that they are not in the next figure.
  tickAt(beginsAtMs - 15 * MINUTE_MS);
  return {
    open: tickAt(beginsAtMs - marginMs), begin: tickAt(beginsAtMs), noShow: tickAt(beginsAtMs + graceMs),
  };
}

function median(ask: (n: number) => unknown, times = TIMES): number {
  const all = range(times).map((n) => {
    const startedMs = performance.now();
    ask(n);
    return performance.now() - startedMs;
  }).sort((a, b) => a - b);
  return all[Math.floor(times / 2)] ?? 0;
}

let collect: (() => void) | null = null;

/** After everything that nobody needs is collected. */
function heapMb(): number {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  return process.memoryUsage().heapUsed / 1_048_576;
}
