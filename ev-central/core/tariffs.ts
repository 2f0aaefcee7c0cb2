// Which tariff holds where and when. A tariff has versions: putting a changed one makes the next. A session keeps the
// version that held when it was authorized, whatever becomes of the tariff.
import type { PointId, SiteId, TariffId, UserId } from '../../shared/ids.ts';
import { tariffId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { NetworkTariff } from '../../shared/messages/ocpi-tariff.ts';
import type { Currency } from '../../shared/money.ts';
import { groupTariffAt } from './group-tariffs.ts';
import { done, refused, type Result } from './order-result.ts';
import { exchangeAt } from './exchange-rates.ts';
import { discountFor } from './subscriptions.ts';
import { newestSeries, seriesPrices, seriesRefusal } from './price-series.ts';
import type { Session, SessionTerms, TariffKey, TariffVersion } from './rows.ts';
import { type State, tariffKey } from './state.ts';
import type { Step } from './step.ts';
import { isValidAt, tariffRules, type TariffRules } from './tariff/rules.ts';

/** Tariffs made ready for pricing that are kept in memory. */
const RULES_KEPT = 1_000;

/** Where somebody charges, and who: her groups may have tariffs of their own there. */
export type PricedPlace = {
  readonly siteId: SiteId; readonly pointId: PointId | null; readonly connectorNo: number | null;
  readonly userId: UserId | null;
};

/** The version that holds at a place and time; undefined when none is valid then. */
export function tariffFor(state: State, place: PricedPlace, atMs: number): TariffVersion | undefined {
  return versionAt(state, tariffIdOf(state, place), atMs);
}

/** That of one of her groups there (group-tariffs.ts), else the connector's own, else its point's, else its site's. */
export function tariffIdOf(state: State, place: PricedPlace): TariffId {
  const { siteId, pointId, connectorNo } = place;
  const ofGroup = groupTariffAt(state, place);
  if (ofGroup !== undefined) return ofGroup;
  const point = pointId === null ? undefined : state.points.get(pointId);
  const connector = point?.connectors.find((each) => each.connectorNo === connectorNo);
  return connector?.tariffId ?? point?.tariffId ?? state.sites.must(siteId).tariffId;
}

/** The newest version that is valid at a time: one that begins later leaves those before it in force until then. */
export function versionAt(state: State, id: TariffId, atMs: number): TariffVersion | undefined {
  const tariff = state.tariffs.get(id);
  if (tariff?.active !== true) return undefined;
  for (let version = tariff.newestVersion; version >= tariff.firstVersion; version--) {
    const key = tariffKey(id, version);
    if (isValidAt(rulesOf(state, { tariff: key, terms: null }), atMs)) return state.tariffVersions.must(key);
  }
  return undefined;
}

/** The version that was put last, valid or not. */
export function newestVersion(state: State, id: TariffId): TariffVersion {
  return state.tariffVersions.must(tariffKey(id, state.tariffs.must(id).newestVersion));
}

/** The version to show at a place: the one that holds, else the one that was put last. */
export function shownTariff(state: State, place: PricedPlace, atMs: number): TariffVersion {
  return tariffFor(state, place, atMs) ?? newestVersion(state, tariffIdOf(state, place));
}

/** What makes a price: a version of a tariff, and what a session keeps beside it. */
export type Basis = Pick<Session, 'tariff' | 'terms'>;

/** A basis made ready for pricing, once. */
export function rulesOf(state: State, { tariff, terms }: Basis): TariffRules {
  const key = terms === null ? tariff : `${tariff} ${termsText(state, terms)}`;
  const known = state.rules.get(key);
  if (known !== undefined) return known;
  const { ocpi } = state.tariffVersions.must(tariff);
  const made = tariffRules(ocpi, terms === null ? {} : {
    series: seriesPrices(state.priceSeriesVersions, terms.series), exchange: terms.exchange,
    discount: terms.discount ?? null,
  });
  // What is made once more is the same: with a series a day there would be ever more of them.
  if (state.rules.size >= RULES_KEPT) state.rules.clear();
  state.rules.set(key, made);
  return made;
}

/** Who pays from a wallet in which currency, and where. */
export type Payer = { readonly wallet: Currency; readonly userId: UserId | null; readonly siteId: SiteId };

/**
 * What a session that takes a version of a tariff now keeps beside it; null: no exchange rate is known by which the
 * wallet could pay. `wallet`: its currency.
 */
export function basisOf(
  state: State, version: TariffVersion,
  { wallet, userId, siteId, now }: Payer & { readonly now: number },
): Basis | null {
  const { currency } = version.ocpi;
  const exchange = wallet === currency ? null : exchangeAt(state, currency, wallet, now);
  if (exchange === undefined) return null;
  const series = newestSeries(state, version.ocpi);
  const discount = discountFor(state, { userId, siteId, currency, now });
  const tariff = tariffKey(version.tariffId, version.version);
  if (series.length === 0 && exchange === null && discount === null) return { tariff, terms: null };
  return { tariff, terms: { series, exchange, ...(discount === null ? {} : { discount }) } };
}

/** The prices of a version as they are shown to nobody in particular: in its own currency. */
export function shownRules(state: State, { tariffId: id, version, ocpi }: TariffVersion): TariffRules {
  const series = newestSeries(state, ocpi);
  const terms = series.length === 0 ? null : { series, exchange: null };
  return rulesOf(state, { tariff: tariffKey(id, version), terms });
}

function termsText({ termsTexts }: State, terms: SessionTerms): string {
  const known = termsTexts.get(terms);
  if (known !== undefined) return known;
  const made = JSON.stringify(terms);
  termsTexts.set(terms, made);
  return made;
}

/** The tariff of a session, without the number of its version. */
export function tariffIdOfKey(key: TariffKey): TariffId {
  return tariffId(key.slice(0, key.lastIndexOf('#')));
}

/** The session under the tariff of its connector, from when that is known: before it charges. */
export function atItsTariff({ state, now }: Step, session: Session): Session {
  if (session.usage !== null) return session;
  const { siteId, pointId, connectorNo, driverId } = session;
  const version = tariffFor(state, { siteId, pointId, connectorNo, userId: driverId }, now);
  // It was accepted under a tariff that was valid and that its wallet can pay: that one stays.
  const basis = version === undefined ? null : basisOf(state, version, {
    wallet: session.currency, userId: driverId, siteId, now,
  });
  return basis === null ? session : { ...session, ...basis };
}

export function isTariff(state: State, id: TariffId): boolean {
  return state.tariffs.get(id)?.active === true;
}

/** Puts a tariff; when it is not what is there already, that is a new version. */
export function putTariff({ state, now }: Step, ocpi: NetworkTariff): Result {
  const { id } = ocpi;
  const text = JSON.stringify(ocpi);
  if (text.length > LIMITS.tariffCharacters) {
    return refused(`tariff ${id} has ${text.length} characters: ${LIMITS.tariffCharacters} are the most`);
  }
  const why = seriesRefusal(state, ocpi);
  if (why !== null) return refused(why);
  const known = state.tariffs.get(id);
  if (known !== undefined) {
    const newest = newestVersion(state, id);
    if (known.active && JSON.stringify(newest.ocpi) === text) {
      return done(`tariff ${id} is unchanged (version ${newest.version})`);
    }
    if (known.active && newest.ocpi.currency !== ocpi.currency) {
      return refused(`tariff ${id} is in ${newest.ocpi.currency}: put one in ${ocpi.currency} under another id`);
    }
  }
  const version = (known?.newestVersion ?? 0) + 1;
  const firstVersion = known?.active === true ? known.firstVersion : version;
  state.tariffs.put({ tariffId: id, firstVersion, newestVersion: version, active: true });
  state.tariffVersions.put({ tariffId: id, version, putAtMs: now, ocpi });
  const { validFromMs } = rulesOf(state, { tariff: tariffKey(id, version), terms: null });
  const since = validFromMs !== null && validFromMs > now ? `from ${ocpi.start_date_time ?? ''} on` : 'now';
  const until = ocpi.end_date_time ? `, until ${ocpi.end_date_time}` : '';
  return done(`tariff ${id} (version ${version}) is in force for sessions that begin ${since}${until}`);
}

export function removeTariff({ state }: Step, id: TariffId): Result {
  const known = state.tariffs.get(id);
  if (known?.active !== true) return refused(`no such tariff: ${id}`);
  for (const site of state.sites.values()) {
    if (site.tariffId === id) return refused(`tariff ${id} is in use at site ${site.siteId}`);
  }
  for (const point of state.points.values()) {
    if (point.tariffId === id || point.connectors.some((each) => each.tariffId === id)) {
      return refused(`tariff ${id} is in use at point ${point.pointId}`);
    }
  }
  for (const row of state.groupTariffs.values()) {
    if (row.tariffId === id) return refused(`tariff ${id} is in use by group ${row.groupId} (${row.place})`);
  }
  state.tariffs.put({ ...known, active: false });
  return done(`tariff ${id} is removed; sessions that began under it keep it`);
}
