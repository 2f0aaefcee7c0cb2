// The forecast of a site: what its coming hours are expected to need, as rows and as a file.
import { z } from 'zod';
import { siteIdSchema } from '../../../shared/ids.ts';
import { MOST_FORECAST_DAYS, USUAL_FORECAST_DAYS } from '../../core/figures/forecast-report.ts';
import { errorWords } from '../../core/figures/forecast-words.ts';
import { callerIn } from '../asking.ts';
import { pagingShape, readPage } from '../lists.ts';
import { type Answer, type Api, type Ask, named, operation, type Operation } from '../operation.ts';
import { Problem } from '../problem.ts';
import { pageOf } from '../schemas.ts';
import { allRows, formatSchema, TYPES } from './figures.ts';

const TITLE = "What a site's coming hours are expected to need";
const LAST_WEEK = 'the same of "the same hour last week"';
const count = z.int();
const error = (what: string) =>
  z.number().nullable().optional().describe(`total: ${what}; null: no week was held back`);

const item = named('ForecastFigures', z.object({
  hour: z.string().optional().describe('by hour: the hour of UTC that begins then'),
  day: z.string().optional().describe("by hour and by day: of the site's calendar"),
  time: z.string().optional().describe("by hour: the hour by the site's clocks"),
  energyWh: count.optional().describe('expected in the hour, or in what is left of the day'),
  lastWeekWh: count.nullable().optional().describe('by hour: what the same hour of the last week came to'),
  isPeak: z.boolean().optional().describe('by hour: the most of its day is expected in it'),
  peakHour: z.string().nullable().optional().describe('by day: the hour of UTC in which the most is expected'),
  peakTime: z.string().nullable().optional().describe("by day: the same by the site's clocks"),
  peakWh: count.optional().describe('by day: expected in that hour'),
  weeks: count.optional().describe('total: whole weeks since the first charge, of the last 40'),
  weeksNeeded: count.optional().describe('total: fewer are too few for a forecast'),
  readyOn: z.string().nullable().optional().describe('total: the first day on which there are enough'),
  heldBackWeeks: count.optional().describe('total: weeks that were forecast from those before them alone'),
  heldBackHours: count.optional(), maeWh: error('mean absolute error of an hour'), lastWeekMaeWh: error(LAST_WEEK),
  rmseWh: error('root mean square error of an hour'), lastWeekRmseWh: error(LAST_WEEK),
  peakHourMae: error("mean absolute error of a day's peak hour, in hours"), lastWeekPeakHourMae: error(LAST_WEEK),
}), { day: '2026-11-28', energyWh: 84_300, peakHour: '2026-11-28T16:00Z', peakTime: '17:00', peakWh: 12_400 });

const DAYS = /^\d{4}-\d{2}-\d{2}(,\d{4}-\d{2}-\d{2})*$/;
const filters = {
  by: z.enum(['hour', 'day', 'total']).default('hour').describe('what each row is of; total: how good it is'),
  days: z.coerce.number().int().min(1).max(MOST_FORECAST_DAYS).default(USUAL_FORECAST_DAYS)
    .describe('today and the days that follow'),
  holidays: z.string().max(500).regex(DAYS, 'must be days: 2026-12-25,2027-01-01').optional()
    .describe('days on which the site is used as on a Sunday, past and coming'),
};
const params = z.strictObject({ siteId: siteIdSchema });
const of = {
  method: 'GET', tag: 'figures', permission: 'figures:read', params, exampleParams: { siteId: 'ALC' },
  reads: ['figures'],
} as const;

export const FORECAST_OPERATIONS: readonly Operation[] = [
  operation({
    ...of, id: 'figuresForecast', path: '/api/v1/sites/{siteId}/forecast', summary: `${TITLE}, and how good that is`,
    description: 'Made of the energy by the hour that was billed at the site. By `hour` and by `day` there are no rows '
      + 'while the site has charged for too few weeks; `total` says how many it has, how many it needs, and the errors '
      + 'of such forecasts of its own last weeks.',
    query: z.strictObject({ ...filters, ...pagingShape }),
    success: { status: 200, what: 'A page.', body: pageOf(item) },
    handle: (ask, api) => {
      insistOnSite(api, ask, ask.params.siteId);
      return readPage(api, ask, 'figures', { ...ask.query, siteId: ask.params.siteId, report: 'forecast' });
    },
  }),
  operation({
    ...of, id: 'exportForecast', path: '/api/v1/sites/{siteId}/forecast/export',
    summary: 'The forecast of a site as CSV, or as PDF with charts',
    query: z.strictObject({ ...filters, format: formatSchema() }),
    success: { status: 200, what: 'The file.', body: null, types: ['text/csv', 'application/pdf'] },
    handle: async (ask, api): Promise<Answer> => {
      const { format, ...given } = ask.query;
      const { siteId } = ask.params;
      insistOnSite(api, ask, siteId);
      const filter = { ...given, siteId, report: 'forecast' };
      const errors = allRows(api, ask, 'figures', { ...filter, by: 'total' });
      const head = `${siteId}, by ${given.by}, ${given.days} days from today on`;
      const span = [head, ...errors.map(errorWords)].join('\n');
      const content = await api.tools.figuresFile(
        'forecast', allRows(api, ask, 'figures', filter), format, { title: TITLE, span });
      return { status: 200, file: { type: TYPES[format], name: `forecast-${siteId}.${format}`, content } };
    },
  }),
];

function insistOnSite(api: Api, ask: Pick<Ask<unknown, unknown, unknown>, 'caller'>, siteId: string): void {
  const { role, userId } = callerIn(ask);
  const filter = { report: 'forecast', by: 'total', siteId };
  const { error: why } = api.read({ role, userId }, { what: 'figures', filter, after: null, limit: 1 });
  if (why === `there is no site ${siteId}`) throw new Problem('not-found', `There is no site ${siteId}.`);
}
