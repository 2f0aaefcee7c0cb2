// A slow and obvious reckoning of OCPI prices, to compare with: it lives through a session tick by tick (a tick is one
// Wh, or a minute without energy), asks at each tick anew which element holds, reads the wall clock from Intl's words,
// and adds fractions. It shares no code with what it checks. Every border of its tariffs lies on a tick.
import type { OcpiTariff, OcpiTariffElement, PriceComponent } from '../../../shared/messages/ocpi-tariff.ts';
import type { Period, PricedSession } from './period.ts';

type Fraction = readonly [bigint, bigint];
/** Prices of hours as text, by when each begins. */
export type SlowHours = ReadonlyMap<number, string>;
export type SlowTotals = { readonly exclVat: Fraction; readonly inclVat: Fraction };

type Tick = { kind: Period['kind']; atMs: number; sinceMs: number; wh: number; powerKw: number; amps: number | null };
type Sold = { component: PriceComponent; group: string; amount: bigint };

/** Both totals of a session, exact, in the major unit. `hours`: the one series that its tariff may name. */
export function slowTotals(tariff: OcpiTariff, session: PricedSession, hours: SlowHours = new Map()): SlowTotals {
  const ofHour = hourlyComponents(hours);
  const sold: Sold[] = [];
  const clock = wallClock(session.timeZone);
  let [atMs, wh, began, kindOfStart] = [session.startMs, 0, session.startMs, ''];
  const flats = new Set<string>();
  for (const period of session.periods) {
    const stage = period.kind.includes('reservation') ? 'reservation' : 'session';
    if (stage !== kindOfStart) [began, kindOfStart] = [atMs, stage];
    const ticks = period.energyWh > 0 ? period.energyWh : Math.max(1, period.durationMs / 60_000);
    const tickMs = period.durationMs / ticks;
    const charging = period.kind === 'charging';
    const meanKw = period.durationMs === 0 ? 0 : (period.energyWh * 3_600) / period.durationMs;
    for (let i = 0; i < ticks; i++) {
      const tick: Tick = {
        kind: period.kind, atMs, sinceMs: atMs - began, wh,
        powerKw: charging ? (period.powerW ?? meanKw * 1_000) / 1_000 : 0,
        amps: charging ? (period.currentMa === null ? null : period.currentMa / 1_000) : 0,
      };
      const sell = (type: PriceComponent['type'], group: string, amount: number): boolean => {
        const found = amount === 0 ? undefined : inForce(tariff, type, tick, clock);
        const component = found?.price_series ? ofHour(found, tick) : found;
        if (component !== undefined) sold.push({ component, group, amount: BigInt(amount) });
        return component !== undefined;
      };
      if (!flats.has(stage) && sell('FLAT', 'flat', 1)) flats.add(stage);
      if (stage === 'reservation') sell('TIME', 'reserved', tickMs);
      else sell(charging ? 'TIME' : 'PARKING_TIME', charging ? 'charging' : 'parking', tickMs);
      if (period.energyWh > 0) {
        sell('ENERGY', 'energy', 1);
        wh += 1;
      }
      atMs += tickMs;
    }
  }
  const isSession = session.periods.some(({ kind }) => !kind.includes('reservation'));
  return bounded(tariff, sums([...sold, ...steps(sold)]), isSession);
}

/** A component with the price of the hour, the same one for the same hour. */
function hourlyComponents(hours: SlowHours): (component: PriceComponent, tick: Tick) => PriceComponent {
  const made = new Map<string, PriceComponent>();
  const names = new Map<PriceComponent, number>();
  return (component, { atMs, sinceMs }) => {
    const hour = [...hours].find(([fromMs]) => fromMs <= atMs && atMs < fromMs + 3_600_000);
    if (hour === undefined || hour[0] >= atMs - sinceMs + 120 * 3_600_000) return component;
    names.set(component, names.get(component) ?? names.size);
    const name = `${names.get(component) ?? 0} ${hour[0]}`;
    const sum = Math.round(Number(hour[1]) * 10_000) + Math.round((component.price_series?.markup ?? 0) * 10_000);
    const known = made.get(name) ?? { ...component, price: sum < 0 ? 0 : sum / 10_000 };
    made.set(name, known);
    return known;
  };
}

/** The first component of a kind whose element holds; an expired reservation asks its own elements first. */
function inForce(tariff: OcpiTariff, type: string, tick: Tick, clock: Clock): PriceComponent | undefined {
  const wanted = {
    'charging': [null], 'parking': [null], 'reservation': ['RESERVATION'],
    'expired-reservation': ['RESERVATION_EXPIRES', 'RESERVATION'],
  }[tick.kind];
  for (const reservation of wanted) {
    for (const element of tariff.elements) {
      if ((element.restrictions?.reservation ?? null) !== reservation || !applies(element, tick, clock)) continue;
      const component = element.price_components.find((each) => each.type === type);
      if (component !== undefined) return component;
    }
  }
  return undefined;
}

function applies({ restrictions: r }: OcpiTariffElement, tick: Tick, clock: Clock): boolean {
  if (!r) return true;
  const { time, date, weekday } = clock(tick.atMs);
  const [from, to] = [r.start_time ?? '00:00', (r.end_time ?? '00:00') === '00:00' ? '24:00' : r.end_time ?? ''];
  if (from < to ? time < from || time >= to : from > to && time < from && time >= to) return false;
  if (r.start_date && date < r.start_date) return false;
  if (r.end_date && date >= r.end_date) return false;
  if (r.day_of_week && r.day_of_week.length > 0 && !r.day_of_week.some((day) => day === weekday)) return false;
  const ranges = [
    [tick.wh / 1_000, r.min_kwh, r.max_kwh], [tick.sinceMs / 1_000, r.min_duration, r.max_duration],
    [tick.powerKw, r.min_power, r.max_power], [tick.amps, r.min_current, r.max_current],
  ] as const;
  return ranges.every(([value, min, max]) => {
    if (value === null) return typeof min !== 'number' && typeof max !== 'number';
    return (typeof min !== 'number' || value >= min) && (typeof max !== 'number' || value < max);
  });
}

/** What is billed beyond the use: the last sold of energy, of time and of reserved time rounds up all of its kind. */
function steps(sold: readonly Sold[]): Sold[] {
  const rounds = [['energy'], ['charging', 'parking'], ['reserved']];
  return rounds.flatMap((groups) => {
    const last = sold.findLast(({ group }) => groups.includes(group));
    if (last === undefined || last.component.step_size === 0) return [];
    const step = BigInt(last.component.step_size) * (last.group === 'energy' ? 1n : 1_000n);
    let used = 0n;
    for (const each of sold) if (each.group === last.group) used += each.amount;
    let billed = (used / step) * step;
    while (billed < used) billed += step;
    return [{ ...last, amount: billed - used }];
  });
}

function sums(sold: readonly Sold[]): SlowTotals {
  const amounts = new Map<PriceComponent, bigint>();
  for (const { component, amount } of sold) amounts.set(component, (amounts.get(component) ?? 0n) + amount);
  let [exclVat, inclVat]: [Fraction, Fraction] = [[0n, 1n], [0n, 1n]];
  for (const [component, amount] of amounts) {
    const unit = { ENERGY: 1_000n, FLAT: 1n, TIME: 3_600_000n, PARKING_TIME: 3_600_000n }[component.type];
    const cost = times(fraction(component.price), [amount, unit]);
    exclVat = plus(exclVat, cost);
    inclVat = plus(inclVat, times(cost, plus([1n, 1n], times(fraction(component.vat ?? 0), [1n, 100n]))));
  }
  return { exclVat, inclVat };
}

function bounded({ min_price, max_price }: OcpiTariff, totals: SlowTotals, isSession: boolean): SlowTotals {
  let { exclVat, inclVat } = totals;
  if (min_price && isSession) {
    exclVat = larger(exclVat, fraction(min_price.excl_vat));
    inclVat = larger(inclVat, fraction(min_price.incl_vat ?? 0));
  }
  if (max_price) {
    exclVat = smaller(exclVat, fraction(max_price.excl_vat));
    inclVat = smaller(inclVat, fraction(max_price.incl_vat ?? 0));
  }
  return { exclVat, inclVat };
}

type Clock = (atMs: number) => { time: string; date: string; weekday: string };

/** Intl's own words for a moment, one look a minute. */
function wallClock(timeZone: string): Clock {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit', year: 'numeric', month: '2-digit', day: '2-digit',
    weekday: 'long',
  });
  const seen = new Map<number, ReturnType<Clock>>();
  return (atMs) => {
    const minute = Math.floor(atMs / 60_000);
    const known = seen.get(minute);
    if (known !== undefined) return known;
    const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
    const now = {
      time: `${parts['hour']}:${parts['minute']}`, date: `${parts['year']}-${parts['month']}-${parts['day']}`,
      weekday: String(parts['weekday']).toUpperCase(),
    };
    seen.set(minute, now);
    return now;
  };
}

/** Decimals of the tests have at most four places. */
function fraction(value: number): Fraction {
  return [BigInt(Math.round(value * 10_000)), 10_000n];
}

function plus([a, b]: Fraction, [c, d]: Fraction): Fraction {
  return lowest([a * d + c * b, b * d]);
}

function times([a, b]: Fraction, [c, d]: Fraction): Fraction {
  return lowest([a * c, b * d]);
}

function larger(a: Fraction, b: Fraction): Fraction {
  return a[0] * b[1] >= b[0] * a[1] ? a : b;
}

function smaller(a: Fraction, b: Fraction): Fraction {
  return a[0] * b[1] <= b[0] * a[1] ? a : b;
}

function lowest([a, b]: Fraction): Fraction {
  let [x, y] = [a < 0n ? -a : a, b];
  while (y > 0n) [x, y] = [y, x % y];
  return [a / x, b / x];
}
