// What somebody would pay for a charge that begins now, asked with a few figures. What was not said is assumed, and
// said with the amount.
import { pointId, type UserId } from '../../shared/ids.ts';
import { MOST_ENERGY_WH } from '../../shared/messages/values.ts';
import type { EstimateRow } from '../../shared/messages/rows.ts';
import type { Currency } from '../../shared/money.ts';
import { payerOf } from './groups.ts';
import type { State } from './state.ts';
import { basisOf, rulesOf, shownRules, tariffFor } from './tariffs.ts';
import { estimate } from './tariff/estimate.ts';
import { walletOf } from './wallet.ts';

const FILTERS = ['pointId', 'connectorNo', 'energyWh', 'powerW', 'parkingMs'];
/** A usual charge of a car. */
const ENERGY_WH = 20_000;
const LONGEST_PARKING_MS = 31 * 24 * 3_600_000;

/** The estimate, or why there is none. */
export function estimateFor(
  state: State, asked: Readonly<Record<string, string | number>>, userId: UserId | null, now: number,
): EstimateRow | string {
  const unknown = Object.keys(asked).find((name) => !FILTERS.includes(name));
  if (unknown !== undefined) return `unknown filter "${unknown}": an estimate knows ${FILTERS.join(', ')}`;
  const id = asked['pointId'];
  if (id === undefined) return 'an estimate is for a point: give its id';
  const point = state.points.get(pointId(String(id)));
  if (point === undefined) return `no such point: ${id}`;
  const no = asked['connectorNo'];
  const connector = point.connectors.find((each, i) => (no === undefined ? i === 0 : each.connectorNo === Number(no)));
  if (connector === undefined) return `${point.pointId} has no connector ${no ?? ''}`;
  const { connectorNo, maxPowerW } = connector;
  const energyWh = Number(asked['energyWh'] ?? ENERGY_WH);
  const powerW = Number(asked['powerW'] ?? maxPowerW);
  const parkingMs = Number(asked['parkingMs'] ?? 0);
  if (!isWhole(energyWh, 1, MOST_ENERGY_WH)) return 'energyWh is a whole number above 0';
  if (!isWhole(powerW, 1, maxPowerW)) return `powerW is a whole number from 1 to the ${maxPowerW} of the connector`;
  if (!isWhole(parkingMs, 0, LONGEST_PARKING_MS)) return 'parkingMs is a whole number, at most 31 days';
  const version = tariffFor(state, { siteId: point.siteId, pointId: point.pointId, connectorNo, userId }, now);
  if (version === undefined) return `no price holds at ${point.pointId} now`;
  const { timeZone } = state.sites.must(point.siteId);
  const wallet = walletCurrency(state, userId) ?? version.ocpi.currency;
  const basis = basisOf(state, version, { wallet, userId, siteId: point.siteId, now });
  const rules = basis === null ? shownRules(state, version) : rulesOf(state, basis);
  const { assumptions, bill } = estimate(rules, { startMs: now, timeZone, energyWh, powerW, parkingMs });
  return {
    pointId: point.pointId, connectorNo, tariffId: version.tariffId, version: version.version, ...assumptions,
    currency: rules.settlement?.currency ?? rules.currency, totalMinor: bill.totalMinor, lines: [...bill.lines],
    vat: [...bill.vat], ...(bill.priced === undefined ? {} : { priced: bill.priced }),
  };
}

/** Of whoever pays for her; undefined: nobody asks who could charge. */
function walletCurrency(state: State, userId: UserId | null): Currency | undefined {
  return userId === null ? undefined : walletOf(state, payerOf(state, userId))?.currency;
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}
