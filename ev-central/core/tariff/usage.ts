// What a session has used, folded span by span, by the price component that was in force: the first element of each
// dimension whose restrictions hold decides (OCPI 2.2.1, mod_tariffs 11.3.1). A usage is plain numbers, so it can be
// stored; it grows with the components that were used, never with the spans. The same fold over the same spans gives
// the same usage for ever, and live cost, estimate and ticket are made of one. A span is cut where restrictions change.
import { invariant } from '../../../shared/assert.ts';
import type { TariffDimension } from '../../../shared/messages/ocpi-tariff.ts';
import { quarterEnd, zoneOffsetMs } from '../../../shared/zone.ts';
import { HOUR_MS, hourStart, pricedHour } from './hourly.ts';
import type { Component, Conditions, Range, TariffRules } from './rules.ts';

const DAY_MS = 86_400_000;

/** What went on in a span. Parking is plugged in without charging; a reservation comes before its session. */
export type SpanKind = 'charging' | 'parking' | 'reservation' | 'expired-reservation';

/** What happened since the last moment of a usage. */
export type Span = {
  readonly kind: SpanKind;
  /** UTC ms. Earlier than the usage's last moment counts as that moment: reports may come late. */
  readonly untilMs: number;
  /** Whole Wh that flowed, spread evenly over the span; none in a reservation. */
  readonly energyWh: number;
  /** As measured; null when nobody did: the span's energy over its time then. Not looked at unless charging. */
  readonly powerW: number | null;
  /** Sum over all phases; null when unknown: an element that is restricted by current does not apply then. */
  readonly currentMa: number | null;
};

/** What one price component was in force for: Wh, ms, or 1 for a flat fee; from its first to its last moment. */
export type UsageCell = {
  readonly element: number;
  readonly component: number;
  readonly quantity: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** The hour of the component's price series whose price this is; without it the component's own price. */
  readonly hourMs?: number;
};

export type TariffUsage = {
  readonly lastMs: number;
  /** When the reservation and the session began; null before. Durations count from there (11.4.6, min_duration). */
  readonly reservedMs: number | null;
  readonly startedMs: number | null;
  /** All energy and time of the session, priced or not. */
  readonly energyWh: number;
  readonly chargingMs: number;
  readonly parkingMs: number;
  readonly reservationMs: number;
  /** In the order of their first use. */
  readonly cells: readonly UsageCell[];
  /** Indices into `cells`: what was used last of a kind decides the step size. Null when nothing was. */
  readonly lastEnergy: number | null;
  readonly lastTime: number | null;
  readonly lastReservation: number | null;
  /** A flat fee is paid once by a session and once by a reservation. */
  readonly flatPaid: boolean;
  readonly reservationFlatPaid: boolean;
};

/** The fold's beginning: nothing used yet at `atMs`, UTC. */
export function beginTariffUsage(atMs: number): TariffUsage {
  return {
    lastMs: atMs, reservedMs: null, startedMs: null, energyWh: 0, chargingMs: 0, parkingMs: 0, reservationMs: 0,
    cells: [], lastEnergy: null, lastTime: null, lastReservation: null, flatPaid: false, reservationFlatPaid: false,
  };
}

/**
 * Folds the next span in. Its energy is spread evenly over its time, in whole Wh that add up exactly. Throws `BugError`
 * for negative energy, for energy in a reservation, and for a reservation after the session's beginning: meter rules
 * and the reader of sessions come before the fold. `timeZone` is the site's, an IANA name.
 */
export function addSpan(usage: TariffUsage, span: Span, rules: TariffRules, timeZone: string): TariffUsage {
  const isReservation = span.kind === 'reservation' || span.kind === 'expired-reservation';
  invariant(Number.isSafeInteger(span.energyWh) && span.energyWh >= 0, 'energy of a span is whole and not negative');
  invariant(!isReservation || (usage.startedMs === null && span.energyWh === 0), 'a reservation is before its session');
  const fromMs = usage.lastMs;
  const untilMs = Math.max(span.untilMs, fromMs);
  const draft: Draft = {
    ...usage, cells: [...usage.cells],
    reservedMs: isReservation ? usage.reservedMs ?? fromMs : usage.reservedMs,
    startedMs: isReservation ? usage.startedMs : usage.startedMs ?? fromMs,
  };
  const whole = { ...span, fromMs, untilMs, powerW: powerOf(span, untilMs - fromMs) };
  let spentWh = 0;
  do {
    const piece = nextPiece(draft, whole, { spentWh, rules, timeZone });
    book(draft, whole, piece, rules);
    spentWh += piece.energyWh;
  } while (draft.lastMs < untilMs || spentWh < span.energyWh);
  return draft;
}

/** The components that hold at the first moment of a charge at a power; parking is looked at without one. */
export function componentsAt(
  rules: TariffRules, { atMs, timeZone, powerW }: { atMs: number; timeZone: string; powerW: number },
): Readonly<Record<TariffDimension, Component | undefined>> {
  const local = localTime(rules, timeZone, atMs);
  const find = (type: TariffDimension, watts: number): Component | undefined => rules.charge[type].find(
    ({ conditions }) => holds(conditions, { elapsedMs: 0, energyWh: 0, powerW: watts, currentMa: null, local }));
  return {
    ENERGY: find('ENERGY', powerW), TIME: find('TIME', powerW), FLAT: find('FLAT', powerW),
    PARKING_TIME: find('PARKING_TIME', 0),
  };
}

type Draft = { -readonly [K in keyof TariffUsage]: TariffUsage[K] } & { cells: UsageCell[] };
type Whole = Span & { readonly fromMs: number; readonly powerW: number };

/** A part of a span in which no restriction changes, and what holds in it. */
type Piece = {
  readonly untilMs: number;
  readonly energyWh: number;
  readonly moment: Moment;
};

type Moment = {
  readonly elapsedMs: number;
  readonly energyWh: number;
  readonly powerW: number;
  readonly currentMa: number | null;
  /** By the site's calendar and clock; null when nothing depends on them. */
  readonly local: { readonly day: number; readonly msOfDay: number } | null;
};

function nextPiece(
  usage: Draft, whole: Whole, { spentWh, rules, timeZone }: { spentWh: number; rules: TariffRules; timeZone: string },
): Piece {
  const { cuts } = rules;
  const atMs = usage.lastMs;
  const beganMs = (usage.startedMs ?? usage.reservedMs) ?? atMs;
  const elapsedMs = atMs - beganMs;
  const local = localTime(rules, timeZone, atMs);
  let untilMs = Math.min(whole.untilMs, beganMs + (after(cuts.durationMs, elapsedMs) ?? Infinity));
  if (local !== null) {
    const dayCut = after(cuts.msOfDay, local.msOfDay) ?? DAY_MS;
    untilMs = Math.min(untilMs, quarterEnd(atMs), atMs + dayCut - local.msOfDay);
  }
  const spanMs = whole.untilMs - whole.fromMs;
  for (const offsetMs of cuts.hourOffsetsMs) untilMs = Math.min(untilMs, hourStart(atMs, offsetMs) + HOUR_MS);
  let reachedWh = untilMs === whole.untilMs
    ? whole.energyWh : Math.max(spentWh, share(whole.energyWh, untilMs - whole.fromMs, spanMs));
  const border = after(cuts.energyWh, usage.energyWh);
  if (border !== undefined && border - usage.energyWh < reachedWh - spentWh) {
    reachedWh = spentWh + border - usage.energyWh;
    // The moment at which the register has reached the border, in whole ms.
    untilMs = Math.min(untilMs, Math.max(atMs, whole.fromMs + shareUp(spanMs, reachedWh, whole.energyWh)));
  }
  const { powerW, currentMa } = whole;
  return {
    untilMs, energyWh: reachedWh - spentWh,
    moment: {
      elapsedMs, energyWh: usage.energyWh, powerW, currentMa: whole.kind === 'charging' ? currentMa : 0, local,
    },
  };
}

/** By the site's calendar and clock; null when nothing of the tariff depends on them. */
function localTime({ cuts }: TariffRules, timeZone: string, atMs: number): Moment['local'] {
  if (cuts.msOfDay.length === 0) return null;
  const localMs = atMs + zoneOffsetMs(timeZone, atMs);
  return { day: Math.floor(localMs / DAY_MS), msOfDay: remainder(localMs, DAY_MS) };
}

function book(usage: Draft, { kind }: Whole, { untilMs, energyWh, moment }: Piece, rules: TariffRules): void {
  const durationMs = untilMs - usage.lastMs;
  const find = (list: readonly Component[]) => list.find(({ conditions }) => holds(conditions, moment));
  const add = (component: Component | undefined, quantity: number, hourMs: number | null = null): number | null =>
    (component === undefined ? null
      : addTo(usage.cells, component, { quantity, fromMs: usage.lastMs, toMs: untilMs }, hourMs));
  switch (kind) {
    case 'reservation':
    case 'expired-reservation': {
      const lists = kind === 'reservation' ? rules.reservation : rules.expired;
      if (!usage.reservationFlatPaid) usage.reservationFlatPaid = payFlat(usage, find(lists.FLAT));
      if (durationMs > 0) usage.lastReservation = add(find(lists.TIME), durationMs) ?? usage.lastReservation;
      usage.reservationMs += durationMs;
      break;
    }
    case 'charging':
    case 'parking': {
      const time: TariffDimension = kind === 'charging' ? 'TIME' : 'PARKING_TIME';
      if (!usage.flatPaid) usage.flatPaid = payFlat(usage, find(rules.charge.FLAT));
      if (durationMs > 0) usage.lastTime = add(find(rules.charge[time]), durationMs) ?? usage.lastTime;
      if (energyWh > 0) {
        const component = find(rules.charge.ENERGY);
        const hourMs = component === undefined || component.hourly === null ? null
          : pricedHour(component.hourly, usage.lastMs, usage.startedMs ?? usage.lastMs);
        usage.lastEnergy = add(component, energyWh, hourMs) ?? usage.lastEnergy;
      }
      if (kind === 'charging') usage.chargingMs += durationMs;
      else usage.parkingMs += durationMs;
      usage.energyWh += energyWh;
    }
  }
  usage.lastMs = untilMs;
}

/** A flat fee is due once, at the first moment at which one applies. */
function payFlat(usage: Draft, component: Component | undefined): boolean {
  if (component === undefined) return false;
  addTo(usage.cells, component, { quantity: 1, fromMs: usage.lastMs, toMs: usage.lastMs });
  return true;
}

/** Adds to the cell of a component, and says which it is. */
function addTo(
  cells: UsageCell[], { element, component }: Component, used: { quantity: number; fromMs: number; toMs: number },
  hourMs: number | null = null,
): number {
  const at = cells.findIndex((each) =>
    each.element === element && each.component === component && (each.hourMs ?? null) === hourMs);
  const known = cells[at];
  if (known === undefined) {
    return cells.push({ element, component, ...used, ...(hourMs === null ? {} : { hourMs }) }) - 1;
  }
  cells[at] = { ...known, quantity: known.quantity + used.quantity, toMs: used.toMs };
  return at;
}

/** All restrictions of an element must hold. Minima are included, maxima are not (11.4.6). */
function holds(conditions: Conditions, { elapsedMs, energyWh, powerW, currentMa, local }: Moment): boolean {
  const { msOfDay, day, weekdays } = conditions;
  if (!within(conditions.durationMs, elapsedMs) || !within(conditions.energyWh, energyWh)) return false;
  if (!within(conditions.powerW, powerW)) return false;
  const { from, to } = conditions.currentMa;
  if ((from !== null || to !== null) && (currentMa === null || !within(conditions.currentMa, currentMa))) return false;
  if (local === null) return true;
  if (!within(day, local.day)) return false;
  // 1970-01-01 was a Thursday: Monday is 0.
  if (weekdays !== null && !weekdays.includes(remainder(local.day + 3, 7))) return false;
  if (msOfDay === null) return true;
  const { fromMs, toMs } = msOfDay;
  if (fromMs < toMs) return fromMs <= local.msOfDay && local.msOfDay < toMs;
  return local.msOfDay >= fromMs || local.msOfDay < toMs;
}

function within({ from, to }: Range, value: number): boolean {
  return (from === null || from <= value) && (to === null || value < to);
}

/** W while charging; a car that does not charge draws nothing that a price could ask for. */
function powerOf({ kind, powerW, energyWh }: Span, spanMs: number): number {
  if (kind !== 'charging') return 0;
  return powerW ?? (spanMs === 0 ? 0 : share(energyWh, HOUR_MS, spanMs));
}

/** The first of ascending values above a given one. */
export function after(values: readonly number[], value: number): number | undefined {
  return values.find((each) => each > value);
}

/** `floor(amount · part / whole)`, exact. */
function share(amount: number, part: number, whole: number): number {
  const product = amount * part;
  if (Number.isSafeInteger(product)) return Math.floor(product / whole);
  return Number((BigInt(amount) * BigInt(part)) / BigInt(whole));
}

/** `ceil(amount · part / whole)`, exact. */
function shareUp(amount: number, part: number, whole: number): number {
  return Number((BigInt(amount) * BigInt(part) + BigInt(whole) - 1n) / BigInt(whole));
}

/** Never negative, unlike `%`. */
export function remainder(value: number, by: number): number {
  return ((value % by) + by) % by;
}
