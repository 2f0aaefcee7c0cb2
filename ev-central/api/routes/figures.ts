// Figures: what the network was used for, took in and failed at, as rows and as files; each person's own, too.
import { z } from 'zod';
import { groupIdSchema, pointIdSchema, siteIdSchema, userIdSchema } from '../../../shared/ids.ts';
import { currencySchema } from '../../../shared/money.ts';
import { GROUPINGS, UTILISATION_GROUPINGS } from '../../core/figures/ask.ts';
import { OWN_REPORTS, type PlaceReport, type Report } from '../../core/figures/reports.ts';
import { callerIn } from '../asking.ts';
import { filterOf, listOperation } from '../lists.ts';
import { type Answer, type Api, type Ask, type Named, named, operation, type Operation } from '../operation.ts';
import type { Row } from '../ports.ts';
import { Problem } from '../problem.ts';

export const TYPES = { csv: 'text/csv; charset=utf-8', pdf: 'application/pdf' } as const;
const PAGE_ROWS = 500;
/** A report of more rows is asked for by the page. */
const MOST_ROWS = 20_000;

/** A forecast is listed with its site. */
type Listed = Exclude<Report, 'forecast'>;

const count = z.int();
const percent = z.number().nullable().describe('per cent; null of nothing');
/** Of what a row is, by `by`. */
const key = {
  hour: z.string().optional().describe('the hour of UTC that begins then'), day: z.string().optional(),
  month: z.string().optional(), year: z.string().optional(), siteId: z.string().optional(),
  pointId: z.string().optional(), userId: z.string().optional(), groupId: z.string().optional(),
  connectorId: z.string().optional().describe('such as ALC-01/1'),
};
const SHAPES = {
  use: {
    shape: {
      sessions: count.describe('charges that began'), energyWh: count.describe('delivered'),
      chargingMs: count.describe('in which it flowed'), idleMs: count.describe('in which a vehicle only stood there'),
    },
    example: { sessions: 12, energyWh: 184_300, chargingMs: 32_400_000, idleMs: 3_600_000 },
  },
  revenue: {
    shape: {
      currency: currencySchema, totalMinor: count.describe('of tickets, with VAT'), vatMinor: count,
      refundedMinor: count.describe('given back, with VAT'), refundedVatMinor: count,
      planFeesMinor: count.describe('fees of plans, with VAT; they are of no site, point or group, where this is 0'),
      planFeesVatMinor: count,
      netMinor: count.describe('without VAT: tickets and fees of plans, less what was given back'),
    },
    example: {
      currency: 'EUR', totalMinor: 9_680, vatMinor: 1_680, refundedMinor: 0, refundedVatMinor: 0, planFeesMinor: 1_210,
      planFeesVatMinor: 210, netMinor: 9_000,
    },
  },
  success: {
    shape: {
      attempts: count.describe('requests for a charge'), charged: count.describe('of these, those that energy came of'),
      firstAttempts: count.describe('requests that were no other try of one that had just failed'),
      firstCharged: count, chargedPercent: percent, firstChargedPercent: percent,
    },
    example: {
      attempts: 20, charged: 18, firstAttempts: 18, firstCharged: 17, chargedPercent: 90, firstChargedPercent: 94.44,
    },
  },
  failures: {
    shape: {
      cause: z.string(), side: z.enum(['network', 'capacity', 'driver']).describe('whose it is to mend'),
      times: count, firstTimes: count.describe('of these, first attempts'),
    },
    example: { cause: 'point-silent', side: 'network', times: 2, firstTimes: 1 },
  },
  queue: {
    shape: {
      waits: count, waitsServed: count.describe('that a charge came of'), waitMs: count,
      meanWaitMs: count.nullable(), servedPercent: percent,
    },
    example: { waits: 3, waitsServed: 2, waitMs: 1_800_000, meanWaitMs: 600_000, servedPercent: 66.67 },
  },
  utilisation: {
    shape: {
      connectorMs: count.describe('in which the connectors were part of the network, all together'),
      chargingMs: count, idleMs: count.describe('plugged in, and not charging'), occupiedMs: count.describe('both'),
      utilisationPercent: percent.describe('charging, of the time in which the connectors were there'),
      occupiedPercent: percent.describe('occupied, of that time'), idlePercent: percent.describe('idle, of that time'),
    },
    example: {
      connectorMs: 172_800_000, chargingMs: 32_400_000, idleMs: 3_600_000, occupiedMs: 36_000_000,
      utilisationPercent: 18.75, occupiedPercent: 20.83, idlePercent: 2.08,
    },
  },
  uptime: {
    shape: {
      watchedMs: count.describe('in which the connectors were part of the network'), outageMs: count,
      excludedMs: count.describe('planned maintenance'),
      uptimePercent: percent.describe('23 CFR 680.116(b): at least 97 for each port, over twelve months'),
      rapidWatchedMs: count.describe('of connectors of 50 kW or more'), unreliableMs: count, exemptMs: count,
      reliablePercent: percent.describe('UK Public Charge Point Regulations 2023: at least 99 for the network, a year'),
      yearUptimePercent: percent.optional().describe('by month: of the twelve months that end with it'),
      calendarYearReliablePercent: percent.optional().describe('by month: of its calendar year so far'),
      faultedMs: count, disconnectedMs: count, outOfOrderMs: count, maintenanceMs: count,
      centralAwayMs: count.describe('EV_Central itself did not run'),
    },
    example: {
      watchedMs: 31_536_000_000, outageMs: 90_000_000, excludedMs: 14_400_000, uptimePercent: 99.76,
      rapidWatchedMs: 0, unreliableMs: 0, exemptMs: 0, reliablePercent: null, faultedMs: 72_000_000,
      disconnectedMs: 3_600_000, outOfOrderMs: 0, maintenanceMs: 14_400_000, centralAwayMs: 0,
    },
  },
} as const satisfies Record<Listed, { shape: z.ZodRawShape; example: object }>;

const SUMMARIES = {
  use: 'Charges, energy, and the time in which it flowed',
  revenue: 'What tickets and fees of plans came to, by currency',
  success: 'How many requests came to a charge, at the first attempt or at all',
  failures: 'Why requests came to no charge', queue: 'Waits in the queues',
  uptime: 'Uptime and its outages by cause, by the rules of the United States and the United Kingdom',
  utilisation: 'In which share of the time a vehicle charged at a connector, or stood there',
} as const satisfies Record<Listed, string>;

const spanShape = {
  by: z.enum(GROUPINGS).exclude(['connector']).default('day').describe('what each row is of'),
  from: z.iso.date().optional().describe("a day of the site's calendar; by default 29 days before `to`"),
  to: z.iso.date().optional().describe('the last day; by default today'),
};
const filters = {
  ...spanShape, siteId: siteIdSchema.optional(), pointId: pointIdSchema.optional(), userId: userIdSchema.optional(),
  groupId: groupIdSchema.optional(),
};
const uptimeFilters = {
  by: z.enum(['connector', 'point', 'site', 'month', 'total']).default('connector')
    .describe('what each row is of; months are whole ones'),
  from: z.iso.date().optional().describe('by default 364 days before `to`'), to: spanShape.to,
  siteId: siteIdSchema.optional(), pointId: pointIdSchema.optional(),
};
const utilisationFilters = {
  ...spanShape, by: z.enum(UTILISATION_GROUPINGS).default('day').describe('what each row is of'),
  siteId: siteIdSchema.optional(), pointId: pointIdSchema.optional(),
};
const PLACE_FILTERS = {
  uptime: uptimeFilters, utilisation: utilisationFilters,
} as const satisfies Record<Exclude<PlaceReport, 'forecast'>, z.ZodRawShape>;
const ownFilters = { ...spanShape, groupId: groupIdSchema.optional().describe('one that you run') };

function rowOf(report: Listed): Named {
  const { shape, example } = SHAPES[report];
  const name = report.charAt(0).toUpperCase() + report.slice(1);
  return named(`${name}Figures`, z.object({ ...key, ...shape }), { day: '2026-11-28', ...example });
}

const LISTED = [...OWN_REPORTS, 'uptime', 'utilisation'] as const;
const rows = Object.fromEntries(LISTED.map((report) => [report, rowOf(report)])) as Record<Listed, Named>;
const operationId = (prefix: string, report: Listed): string =>
  `${prefix}${report.charAt(0).toUpperCase()}${report.slice(1)}`;

export const FIGURE_OPERATIONS: readonly Operation[] = [
  ...(['uptime', 'utilisation'] as const).flatMap((report): Operation[] => [
    listOperation({
      id: operationId('figures', report), path: `/api/v1/figures/${report}`, tag: 'figures', summary: SUMMARIES[report],
      permission: 'figures:read', what: 'figures', item: rows[report], filters: PLACE_FILTERS[report],
      fixed: { report },
    }),
    exportOperation({
      id: operationId('export', report), path: `/api/v1/figures/${report}/export`, tag: 'figures',
      permission: 'figures:read', what: 'figures',
      query: z.strictObject({ ...PLACE_FILTERS[report], format: formatSchema() }), report,
    }),
  ]),
  ...OWN_REPORTS.flatMap((report): Operation[] => [
    listOperation({
      id: operationId('figures', report), path: `/api/v1/figures/${report}`, tag: 'figures', summary: SUMMARIES[report],
      permission: 'figures:read', what: 'figures', item: rows[report], filters, fixed: { report },
    }),
    listOperation({
      id: operationId('myFigures', report), path: `/api/v1/me/figures/${report}`, tag: 'me',
      summary: `${SUMMARIES[report]}: yours, or of a group that you run`, permission: 'self:read', what: 'my-figures',
      item: rows[report], filters: ownFilters, fixed: { report },
    }),
  ]),
  exportOperation({ id: 'exportFigures', path: '/api/v1/figures/{report}/export', tag: 'figures',
    permission: 'figures:read', what: 'figures', query: z.strictObject({ ...filters, format: formatSchema() }) }),
  exportOperation({ id: 'exportMyFigures', path: '/api/v1/me/figures/{report}/export', tag: 'me',
    permission: 'self:read', what: 'my-figures', query: z.strictObject({ ...ownFilters, format: formatSchema() }) }),
];

export function formatSchema() {
  return z.enum(['csv', 'pdf']).default('csv');
}

function exportOperation({ query, what, report: fixed, ...of }: {
  report?: Listed; id: string; path: string; tag: 'figures' | 'me'; permission: 'figures:read' | 'self:read';
  what: 'figures' | 'my-figures'; query: z.ZodObject;
}): Operation {
  return operation({
    ...of, method: 'GET', summary: 'A report as CSV, or as PDF with charts', reads: [what],
    ...(fixed === undefined
      ? { params: z.strictObject({ report: z.enum(OWN_REPORTS) }), exampleParams: { report: 'use' } } : {}),
    query,
    success: { status: 200, what: 'The file.', body: null, types: ['text/csv', 'application/pdf'] },
    handle: async (ask, api): Promise<Answer> => {
      const report = fixed ?? (ask.params as { report: Listed }).report;
      const { format, ...given } = ask.query as { format: 'csv' | 'pdf' } & Readonly<Record<string, unknown>>;
      const found = allRows(api, ask, what, { report, ...given });
      const content = await api.tools.figuresFile(report, found, format, aboutOf(report, given));
      return { status: 200, file: { type: TYPES[format], name: `figures-${report}.${format}`, content } };
    },
  });
}

/** What was asked for, in words. */
function aboutOf(report: Listed, given: Readonly<Record<string, unknown>>): { title: string; span: string } {
  const { by, from, to, ...whose } = given;
  const [owner] = Object.values(whose).filter((value) => value !== undefined);
  const until = to === undefined ? 'today' : String(to);
  const usual = report === 'uptime' ? 'twelve months' : 'the last 30 days';
  const days = from === undefined ? usual : `${String(from)} to ${until}`;
  const span = [...(owner === undefined ? [] : [String(owner)]), `by ${String(by)}`, days].join(', ');
  return { title: SUMMARIES[report], span };
}

export function allRows(
  api: Api, ask: Pick<Ask<unknown, unknown, unknown>, 'caller'>, what: 'figures' | 'my-figures',
  given: Readonly<Record<string, unknown>>,
): Row[] {
  const { role, userId } = callerIn(ask);
  const found: Row[] = [];
  let after: string | null = null;
  do {
    const page = api.read({ role, userId }, { what, filter: filterOf(given), after, limit: PAGE_ROWS });
    if (page.error !== null) throw new Problem('bad-request', `${page.error}.`);
    found.push(...page.rows);
    after = page.next;
    if (found.length > MOST_ROWS) {
      throw new Problem('bad-request', `That is more than ${MOST_ROWS} rows: ask for fewer days, or by larger spans.`);
    }
  } while (after !== null);
  return found;
}
