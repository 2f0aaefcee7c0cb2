// The lists `figures` and `my-figures`: what was asked for becomes a question to the store, its rows become a report.
// A person sees her own figures, and those of the groups that she runs.
import { z } from 'zod';
import { groupIdSchema, pointIdSchema, siteId, siteIdSchema, userIdSchema } from '../shared/ids.ts';
import { dayOf, dayStart } from '../shared/zone.ts';
import { hourOf } from './core/figures/buckets.ts';
import type { CauseRow, CountsRow, FigureAnswer, FigureAsk, MoneyRow } from './core/figures/ask.ts';
import { GROUPINGS, type Grouping, UTILISATION_GROUPINGS } from './core/figures/ask.ts';
import type { Scope } from './core/figures/figure.ts';
import { USUAL_FORECAST_DAYS } from './core/figures/forecast-report.ts';
import {
  failureRows, KIND_OF_REPORT, type OwnReport, type PlaceReport, queueRow, REPORTS, revenueRow, successRow, useRow,
} from './core/figures/reports.ts';
import { runnersOf } from './core/groups.ts';
import type { State } from './core/state.ts';
import type { Asker, Page, PageQuery } from './links/drivers.ts';
import { forecastPage } from './forecast-page.ts';
import { uptimePage, type UptimeOptions } from './uptime-page.ts';
import { utilisationPage } from './utilisation-page.ts';

type Row = Readonly<Record<string, unknown>>;
export type FigureOptions = UptimeOptions;

const DAY_MS = 86_400_000;
/** Without `from`: so many days up to the last one. */
const USUAL_DAYS = 30;

const day = z.string().refine((text) => dayStart('UTC', text) !== undefined, 'must be a day such as 2026-03-31');
const filterSchema = z.strictObject({
  report: z.enum(REPORTS), by: z.enum(GROUPINGS).optional(), from: day.optional(), to: day.optional(),
  siteId: siteIdSchema.optional(), pointId: pointIdSchema.optional(), userId: userIdSchema.optional(),
  groupId: groupIdSchema.optional(),
  // Of a forecast alone.
  days: z.coerce.number({ error: 'must be a whole number' }).optional(), holidays: z.string().optional(),
});
type Asked = z.output<typeof filterSchema>;
type Filter = Omit<Asked, 'by' | 'report' | 'days' | 'holidays'> & {
  readonly by: Grouping; readonly report: OwnReport;
};

/** One page; what cannot be meant comes back as its error. */
export function figuresPage(asker: Asker, { what, filter, after, limit }: PageQuery, options: FigureOptions): Page {
  const parsed = filterSchema.safeParse(filter);
  if (!parsed.success) return failed(wordsOf(parsed.error));
  const offset = after === null ? 0 : Number(after);
  if (!Number.isSafeInteger(offset) || offset < 0) return failed(`"${after ?? ''}" is no cursor of this list`);
  const { report, by = 'day', days, holidays, ...rest } = parsed.data;
  if (report === 'uptime' || report === 'utilisation' || report === 'forecast') {
    if (what !== 'figures') return failed(`${report} is of points alone`);
    return ofPlaces(report, parsed.data, { offset, limit }, options);
  }
  if (days !== undefined || holidays !== undefined) return failed('days and holidays are of the forecast alone');
  const asked = { ...rest, report, by };
  const wanted = what === 'figures' ? asked : ofAsker(asker, asked, options.state);
  if (typeof wanted === 'string') return failed(wanted);
  const target = targetOf(wanted);
  if (typeof target === 'string') return failed(target);
  const range = rangeOf(wanted, options);
  if (typeof range === 'string') return failed(range);
  const answer = options.figures({
    ...target, ...range, kind: KIND_OF_REPORT[wanted.report], by: wanted.by, offset, limit,
  });
  const rows = rowsOf(wanted.report, answer.rows).map(({ key, ...row }) => ({ ...keyOf(wanted.by, key), ...row }));
  return { rows, next: answer.more ? String(offset + limit) : null, error: null };
}

type Paging = { readonly offset: number; readonly limit: number };

function ofPlaces(report: PlaceReport, asked: Asked, page: Paging, options: FigureOptions): Page {
  const { days, holidays, userId, groupId } = asked;
  if (userId !== undefined || groupId !== undefined) {
    return failed(`${report} is of points: name a siteId or a pointId`);
  }
  if (report === 'forecast') return forecast(asked, page, options);
  if (days !== undefined || holidays !== undefined) return failed('days and holidays are of the forecast alone');
  return report === 'uptime' ? uptime(asked, page, options) : utilisation(asked, page, options);
}

function uptime({ by = 'connector', ...rest }: Asked, page: Paging, options: FigureOptions): Page {
  if (by !== 'connector' && by !== 'point' && by !== 'site' && by !== 'month' && by !== 'total') {
    return failed('uptime is by connector, point, site, month or total');
  }
  return uptimePage({ ...rest, by }, page, options);
}

function utilisation(asked: Asked, page: Paging, options: FigureOptions): Page {
  const by = UTILISATION_GROUPINGS.find((each) => each === (asked.by ?? 'day'));
  if (by === undefined) return failed(`utilisation is by ${UTILISATION_GROUPINGS.join(', ')}`);
  const { siteId: site, pointId: point } = asked;
  if (site !== undefined && point !== undefined) return failed('name one of siteId and pointId');
  if (by === 'site' && point !== undefined) return failed('a point has no sites: ask by point, or by time');
  const range = rangeOf({ ...asked, by, report: 'use' }, options);
  if (typeof range === 'string') return failed(range);
  return utilisationPage({ by, siteId: site, pointId: point, ...range }, page, options);
}

function forecast(
  { by = 'day', siteId: site, days, holidays, ...rest }: Asked, page: Paging, options: FigureOptions,
): Page {
  if (by !== 'hour' && by !== 'day' && by !== 'total') return failed('a forecast is by hour, day or total');
  if (rest.from !== undefined || rest.to !== undefined || rest.pointId !== undefined) {
    return failed('a forecast is of a site from now on: it knows siteId, days and holidays');
  }
  return forecastPage({
    by, siteId: site, days: days ?? USUAL_FORECAST_DAYS,
    holidays: (holidays ?? '').split(',').map((each) => each.trim()).filter((each) => each !== ''),
  }, page, options);
}

/** What somebody may ask who is no operator: about herself, or about a group that she runs. */
function ofAsker({ userId }: Asker, filter: Filter, state: State): Filter | string {
  if (userId === null) return 'this list is for people with an account';
  if (filter.siteId !== undefined || filter.pointId !== undefined) {
    return 'these figures are yours: they are not counted by site or point';
  }
  if (filter.groupId !== undefined) {
    const runs = runnersOf(state.groups.get(filter.groupId)).includes(userId);
    return runs && filter.userId === undefined ? filter : 'you see the figures of the groups that you run';
  }
  return filter.userId === undefined || filter.userId === userId ? { ...filter, userId }
    : 'you see your own figures alone';
}

/** Whose figures they are, and which owners are listed. */
function targetOf(
  { by, siteId, pointId, userId, groupId }: Filter,
): Pick<FigureAsk, 'scope' | 'id' | 'siteId'> | string {
  const named = ([['site', siteId], ['point', pointId], ['user', userId], ['group', groupId]] as const)
    .filter(([, id]) => id !== undefined);
  if (named.length > 1) return 'name one of siteId, pointId, userId and groupId: figures of two together are not kept';
  const [scope, id] = named[0] ?? ['network', ''];
  if (by === 'hour' && (scope === 'user' || scope === 'group')) return 'people and groups are counted by the day';
  if (by === 'connector') return 'only outages are counted by connector';
  if (!isOwner(by)) return { scope, id: id ?? '', siteId: null };
  if (by === 'point' && scope === 'site') return { scope: 'point', id: '', siteId: id ?? null };
  if (scope !== 'network' && scope !== by) return `figures of one ${scope} are not kept by ${by}`;
  return { scope: by, id: id ?? '', siteId: null };
}

function isOwner(by: Grouping): by is Extract<Grouping, Scope> {
  return by === 'site' || by === 'point' || by === 'user' || by === 'group';
}

/** The days, or the hours of UTC in them: by the calendar of the site where one is named. */
function rangeOf(filter: Filter, { state, nowMs }: FigureOptions): Pick<FigureAsk, 'from' | 'to'> | string {
  const zone = zoneOf(filter, state);
  const to = filter.to ?? dayOf(zone, nowMs());
  const from = filter.from ?? dayOf(zone, (dayStart(zone, to) ?? 0) - (USUAL_DAYS - 1) * DAY_MS + DAY_MS / 2);
  if (from > to) return `from ${from} is after to ${to}`;
  if (filter.by !== 'hour') return { from, to };
  const [startMs, lastMs] = [dayStart(zone, from) ?? 0, dayStart(zone, to) ?? 0];
  const endMs = dayStart(zone, dayOf(zone, lastMs + DAY_MS + DAY_MS / 2)) ?? lastMs + DAY_MS;
  return { from: hourOf(startMs), to: hourOf(endMs - 1) };
}

function zoneOf({ siteId: site, pointId: point }: Filter, { sites, points }: State): string {
  const id = site ?? (point === undefined ? undefined : points.get(point)?.siteId);
  return (id === undefined ? undefined : sites.get(siteId(id))?.timeZone) ?? 'UTC';
}

function rowsOf(report: OwnReport, rows: FigureAnswer['rows']): (Row & { readonly key: string })[] {
  switch (report) {
    case 'use': return (rows as readonly CountsRow[]).map((row) => ({ key: row.key, ...useRow(row) }));
    case 'revenue': return (rows as readonly MoneyRow[]).map((row) => ({ key: row.key, ...revenueRow(row) }));
    case 'success': return (rows as readonly CountsRow[]).map((row) => ({ key: row.key, ...successRow(row) }));
    case 'queue': return (rows as readonly CountsRow[]).map((row) => ({ key: row.key, ...queueRow(row) }));
    case 'failures': return failureRows(rows as readonly CauseRow[]);
  }
}

/** `{ siteId: 'ALC' }`, `{ day: '2026-03-31' }`; an hour as the moment at which it begins. */
function keyOf(by: Grouping, key: string): Row {
  if (by === 'total') return {};
  if (by === 'hour') return { hour: `${key}:00Z` };
  return isOwner(by) ? { [`${by}Id`]: key } : { [by]: key };
}

function wordsOf({ issues: [issue] }: z.ZodError): string {
  if (issue?.code === 'unrecognized_keys') {
    return `unknown filter "${issue.keys.join(', ')}": figures know ${Object.keys(filterSchema.shape).join(', ')}`;
  }
  const name = issue?.path.join('.') ?? '';
  if (name === 'report') return `report must be one of ${REPORTS.join(', ')}`;
  if (name === 'by') return `by must be one of ${GROUPINGS.filter((each) => each !== 'connector').join(', ')}`;
  return `${name}: ${issue?.message ?? 'is not valid'}`;
}

function failed(error: string): Page {
  return { rows: [], next: null, error };
}
