// Series of prices per hour, in versions: each import makes the next, of what is still to come of the one before and
// the hours of the file. A session keeps the version that was the newest when it took its tariff.
import { type SeriesId, seriesId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { HourRun, SeriesHours } from '../../shared/messages/price-series.ts';
import type { OcpiTariff } from '../../shared/messages/ocpi-tariff.ts';
import { counted, done, refused, type Result } from './order-result.ts';
import type { SeriesVersion } from './rows.ts';
import type { State } from './state.ts';
import { seriesKey } from './state.ts';
import type { Step } from './step.ts';
import { HOUR_MS, offsetOf, type SeriesKey, type SeriesPrices } from './tariff/hourly.ts';

/** Hours that are over for longer serve no session that begins now. */
const KEPT_MS = 2 * 24 * HOUR_MS;

/** The newest versions of the series that a tariff names; what is unknown is left out. */
export function newestSeries(state: State, tariff: OcpiTariff): SeriesKey[] {
  return seriesIn(tariff).flatMap((id) => {
    const series = state.priceSeries.get(id);
    return series?.active === true ? [seriesKey(id, series.newestVersion)] : [];
  });
}

/** Versions as a tariff's rules take them. */
export function seriesPrices(
  versions: { get(key: SeriesKey): SeriesVersion | undefined }, keys: readonly SeriesKey[],
): ReadonlyMap<string, SeriesPrices> {
  return new Map(keys.flatMap((key) => {
    const version = versions.get(key);
    return version === undefined ? [] : [[version.seriesId, { key, runs: version.runs }] as const];
  }));
}

/** What speaks against a tariff because of the series that it names; null: nothing. */
export function seriesRefusal(state: State, tariff: OcpiTariff): string | null {
  const { currency } = tariff;
  for (const id of seriesIn(tariff)) {
    const series = state.priceSeries.get(id);
    if (series?.active !== true) return `no such price series: ${id}`;
    if (series.currency !== currency) {
      return `the price series ${id} is in ${series.currency}, the tariff in ${currency}`;
    }
  }
  return null;
}

export function putSeries({ state, now }: Step, { seriesId: id, currency, ...run }: SeriesHours): Result {
  const known = state.priceSeries.get(id);
  const before = known?.active === true
    ? state.priceSeriesVersions.must(seriesKey(id, known.newestVersion)) : undefined;
  if (known?.active === true && known.currency !== currency) {
    return refused(`series ${id} is in ${known.currency}: put prices in ${currency} under another id`);
  }
  if (before !== undefined && offsetOf(before.runs) !== offsetOf([run])) {
    return refused(`the hours of series ${id} begin at minute ${offsetOf(before.runs) / 60_000}, these at another`);
  }
  const runs = merged(before?.runs ?? [], run, now - KEPT_MS);
  const hours = runs.reduce((sum, each) => sum + each.prices.length, 0);
  if (hours > LIMITS.seriesHours) {
    return refused(`series ${id} would have ${hours} hours: ${LIMITS.seriesHours} are the most`);
  }
  if (before !== undefined && hasAll(before.runs, run)) {
    return done(`series ${id} is unchanged (version ${before.version})`);
  }
  const version = (known?.newestVersion ?? 0) + 1;
  state.priceSeries.put({ seriesId: id, currency, newestVersion: version, active: true });
  state.priceSeriesVersions.put({ seriesId: id, version, putAtMs: now, runs });
  return done(`series ${id} (version ${version}) has ${counted(run.prices.length, 'new hour')} in ${currency}, for `
    + 'sessions that begin now');
}

export function removeSeries({ state }: Step, id: SeriesId): Result {
  const known = state.priceSeries.get(id);
  if (known?.active !== true) return refused(`no such price series: ${id}`);
  for (const { tariffId, firstVersion, newestVersion, active } of state.tariffs.values()) {
    for (let version = firstVersion; active && version <= newestVersion; version++) {
      const { ocpi } = state.tariffVersions.must(`${tariffId}#${version}`);
      if (seriesIn(ocpi).includes(id)) {
        return refused(`series ${id} is in use by tariff ${tariffId} (version ${version})`);
      }
    }
  }
  state.priceSeries.put({ ...known, active: false });
  return done(`series ${id} is removed; sessions that began under it keep its prices`);
}

/** A series as lists show it: its newest version. */
export function seriesRow(state: State, id: SeriesId): Readonly<Record<string, unknown>> {
  const { currency, newestVersion } = state.priceSeries.must(id);
  const { version, putAtMs, runs } = state.priceSeriesVersions.must(seriesKey(id, newestVersion));
  const last = runs.at(-1);
  return {
    seriesId: id, version, putAtMs, currency, beginsAtMs: runs[0]?.fromMs ?? null,
    endsAtMs: last === undefined ? null : last.fromMs + last.prices.length * HOUR_MS,
    hours: runs.reduce((sum, { prices }) => sum + prices.length, 0),
    runs: runs.map(({ fromMs, prices }) => ({ beginsAtMs: fromMs, prices })),
  };
}

/** The series that a tariff names. */
export function seriesIn({ elements }: Pick<OcpiTariff, 'elements'>): SeriesId[] {
  const ids = elements.flatMap((element) => element.price_components.flatMap((each) => each.price_series?.id ?? []));
  return [...new Set(ids)].sort().map((id) => seriesId(id));
}

function hasAll(runs: readonly HourRun[], { fromMs, prices }: HourRun): boolean {
  const known = new Map(runs.flatMap((run) =>
    run.prices.map((price, i) => [run.fromMs + i * HOUR_MS, price] as const)));
  return prices.every((price, i) => known.get(fromMs + i * HOUR_MS) === price);
}

/** The hours of both, those of the newer run where both have one. */
function merged(before: readonly HourRun[], run: HourRun, keptFromMs: number): HourRun[] {
  const untilMs = run.fromMs + run.prices.length * HOUR_MS;
  const kept = before.flatMap(({ fromMs, prices }) => prices.map((price, i) => ({ atMs: fromMs + i * HOUR_MS, price })))
    .filter(({ atMs }) => atMs >= keptFromMs && (atMs < run.fromMs || atMs >= untilMs));
  const all = [...kept, ...run.prices.map((price, i) => ({ atMs: run.fromMs + i * HOUR_MS, price }))]
    .sort((a, b) => a.atMs - b.atMs);
  const runs: { fromMs: number; prices: string[] }[] = [];
  for (const { atMs, price } of all) {
    const last = runs.at(-1);
    if (last !== undefined && last.fromMs + last.prices.length * HOUR_MS === atMs) last.prices.push(price);
    else runs.push({ fromMs: atMs, prices: [price] });
  }
  return runs;
}
