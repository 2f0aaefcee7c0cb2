// What somebody would pay for a charge that begins now, or in a slot that she has reserved or might reserve, asked with
// a few figures. What was not said is assumed, and said with the amount. Reads only.
import { pointId, reservationId, type UserId } from '../../shared/ids.ts';
import { type Connector, MOST_ENERGY_WH } from '../../shared/messages/values.ts';
import type { EstimateRow } from '../../shared/messages/rows.ts';
import type { Reservation } from '../../shared/messages/reservation.ts';
import type { Currency } from '../../shared/money.ts';
import { checkInBy, isReservationOver } from '../../shared/reservation-states.ts';
import { payerOf } from './groups.ts';
import { timeRefusal } from './reservation-refusal.ts';
import { freeUntil, type Time, whyNotFree } from './reservation-slots.ts';
import type { ChargePoint } from './rows.ts';
import type { State } from './state.ts';
import { basisOf, rulesOf, shownRules, tariffFor } from './tariffs.ts';
import { estimate } from './tariff/estimate.ts';
import { walletOf } from './wallet.ts';

const FILTERS = [
  'pointId', 'connectorNo', 'energyWh', 'powerW', 'parkingMs', 'reservationId', 'sinceMs', 'untilMs',
];
/** A usual charge of a car. */
const ENERGY_WH = 20_000;
const LONGEST_PARKING_MS = 31 * 24 * 3_600_000;
const HOUR_MS = 3_600_000;

type Asked = Readonly<Record<string, string | number>>;
type Place = { readonly point: ChargePoint; readonly connector: Connector };
/** Where and when; `slot` is null for a charge that begins now. */
type Meant = Place & { readonly userId: UserId | null; readonly slot: (Time & { row: Reservation | null }) | null };
type Figures = { readonly energyWh: number; readonly powerW: number; readonly parkingMs: number };

/** The estimate, or why there is none. `seesAll`: also for reservations of others, at what those would pay. */
export function estimateFor(
  state: State, asked: Asked, userId: UserId | null, now: number, seesAll = false,
): EstimateRow | string {
  const unknown = Object.keys(asked).find((name) => !FILTERS.includes(name));
  if (unknown !== undefined) return `unknown filter "${unknown}": an estimate knows ${FILTERS.join(', ')}`;
  const meant = asked['reservationId'] === undefined ? atPlace(state, asked, userId, now)
    : ofReservation(state, asked, { userId, seesAll });
  if (typeof meant === 'string') return meant;
  const figures = figuresOf(asked, meant.connector);
  return typeof figures === 'string' ? figures : priced(state, meant, figures, now);
}

function priced(state: State, meant: Meant, figures: Figures, now: number): EstimateRow | string {
  const { point, connector: { connectorNo }, userId, slot } = meant;
  const { siteId, pointId: id } = point;
  const startMs = Math.max(now, slot?.beginsAtMs ?? now);
  const version = tariffFor(state, { siteId, pointId: id, connectorNo, userId }, startMs);
  if (version === undefined) return `no price holds at ${id} ${slot === null ? 'now' : 'then'}`;
  const { timeZone } = state.sites.must(siteId);
  const wallet = walletCurrency(state, userId) ?? version.ocpi.currency;
  const basis = basisOf(state, version, { wallet, userId, siteId, now });
  const rules = basis === null ? shownRules(state, version) : rulesOf(state, basis);
  const { assumptions, bill } = estimate(rules, { startMs, timeZone, ...figures });
  return {
    pointId: id, connectorNo, tariffId: version.tariffId, version: version.version, ...assumptions,
    currency: rules.settlement?.currency ?? rules.currency, totalMinor: bill.totalMinor, lines: [...bill.lines],
    vat: [...bill.vat], ...(bill.priced === undefined ? {} : { priced: bill.priced }),
    ...reachable(state, meant, assumptions), ...(slot === null ? {} : { slot: slotOf(state, meant, slot, now) }),
  };
}

/** For how long the connector is hers, and how much flows until then. */
function reachable(
  state: State, { point, connector, userId, slot }: Meant,
  { startMs, energyWh, powerW }: Figures & { readonly startMs: number },
): Pick<EstimateRow, 'freeUntilMs' | 'reachedWh'> {
  const place = { pointId: point.pointId, connectorNo: connector.connectorNo };
  const nextMs = freeUntil(state, userId, place, startMs);
  if (nextMs === null) return {};
  // In a slot of her own she has the connector to its end.
  const freeUntilMs = Math.max(nextMs, startMs, slot?.endsAtMs ?? 0);
  return { freeUntilMs, reachedWh: Math.min(energyWh, Math.floor(powerW * (freeUntilMs - startMs) / HOUR_MS)) };
}

function slotOf(
  state: State, { point, connector }: Meant, { row, beginsAtMs, endsAtMs }: NonNullable<Meant['slot']>, now: number,
): NonNullable<EstimateRow['slot']> {
  const { feeMinor, tiers, marginMs, graceMs, reminderMs } = state.settings.reservations;
  const time = { beginsAtMs, endsAtMs };
  if (row !== null) {
    const { reservationId: id, terms } = row;
    return { reservationId: id, ...time, feeMinor: row.feeMinor, terms, checkInByMs: checkInBy(row), whyNot: null };
  }
  const terms = { tiers: [...tiers], marginMs, graceMs, reminderMs };
  const place = {
    siteId: point.siteId, pointId: point.pointId, connectorNo: connector.connectorNo, connector,
  };
  return {
    reservationId: null, ...time, feeMinor, terms,
    checkInByMs: checkInBy({ ...time, state: 'active', stateSinceMs: now, terms }),
    whyNot: timeRefusal(time, now) ?? whyNotFree(state, place, time, now),
  };
}

function atPlace(state: State, asked: Asked, userId: UserId | null, now: number): Meant | string {
  const id = asked['pointId'];
  if (id === undefined) return 'an estimate is for a point: give its id';
  const point = state.points.get(pointId(String(id)));
  if (point === undefined) return `no such point: ${id}`;
  const no = asked['connectorNo'];
  const connector = point.connectors.find((each, i) => (no === undefined ? i === 0 : each.connectorNo === Number(no)));
  if (connector === undefined) return `${point.pointId} has no connector ${no ?? ''}`;
  const [since, until] = [asked['sinceMs'], asked['untilMs']];
  if (since === undefined && until === undefined) return { point, connector, userId, slot: null };
  const [beginsAtMs, endsAtMs] = [Number(since ?? now), Number(until)];
  if (!isWhole(beginsAtMs, 0, Number.MAX_SAFE_INTEGER) || !isWhole(endsAtMs, 0, Number.MAX_SAFE_INTEGER)) {
    return 'a slot has an end, and sinceMs and untilMs are whole numbers: UTC milliseconds';
  }
  if (beginsAtMs >= endsAtMs) return 'the slot ends before it begins';
  return { point, connector, userId, slot: { beginsAtMs, endsAtMs, row: null } };
}

function ofReservation(
  state: State, asked: Asked, viewer: { readonly userId: UserId | null; readonly seesAll: boolean },
): Meant | string {
  const id = reservationId(String(asked['reservationId']));
  const row = state.reservations.get(id);
  if (row === undefined || (row.userId !== viewer.userId && !viewer.seesAll)) return `no such reservation: ${id}`;
  if (isReservationOver(row.state)) return `reservation ${id} is ${row.state}`;
  const point = state.points.must(row.pointId);
  const connector = point.connectors.find(({ connectorNo }) => connectorNo === row.connectorNo);
  const [otherPoint, otherNo] = [asked['pointId'] ?? row.pointId, asked['connectorNo'] ?? row.connectorNo];
  const isThere = otherPoint === row.pointId && Number(otherNo) === row.connectorNo;
  if (!isThere || connector === undefined) return `reservation ${id} is at ${row.pointId}/${row.connectorNo}`;
  if (asked['sinceMs'] !== undefined || asked['untilMs'] !== undefined) return `reservation ${id} has its own time`;
  const { beginsAtMs, endsAtMs } = row;
  return { point, connector, userId: row.userId, slot: { beginsAtMs, endsAtMs, row } };
}

function figuresOf(asked: Asked, { maxPowerW }: Connector): Figures | string {
  const energyWh = Number(asked['energyWh'] ?? ENERGY_WH);
  const powerW = Number(asked['powerW'] ?? maxPowerW);
  const parkingMs = Number(asked['parkingMs'] ?? 0);
  if (!isWhole(energyWh, 1, MOST_ENERGY_WH)) return 'energyWh is a whole number above 0';
  if (!isWhole(powerW, 1, maxPowerW)) return `powerW is a whole number from 1 to the ${maxPowerW} of the connector`;
  if (!isWhole(parkingMs, 0, LONGEST_PARKING_MS)) return 'parkingMs is a whole number, at most 31 days';
  return { energyWh, powerW, parkingMs };
}

/** Of whoever pays for her; undefined: nobody asks who could charge. */
function walletCurrency(state: State, userId: UserId | null): Currency | undefined {
  return userId === null ? undefined : walletOf(state, payerOf(state, userId))?.currency;
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}
