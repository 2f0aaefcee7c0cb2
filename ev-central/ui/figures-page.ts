// The figures of the network or of one site: what was used, taken in and met, for four spans of time. They are the
// reports that `admin figures` prints; nothing is reckoned here.
import { currencySchema, formatMoney } from '../../shared/money.ts';
import { put, rule, type Area, type Canvas } from '../../shared/screen/canvas.ts';
import { menuDialog } from '../../shared/screen/dialogs.ts';
import { age, energy } from '../../shared/screen/format.ts';
import { drawBar } from '../../shared/screen/gauge.ts';
import type { KeyBinding, Page } from '../../shared/screen/host.ts';
import { LABELS } from '../../shared/screen/labels.ts';
import type { ListRow } from '../../shared/screen/paged-list.ts';
import { BAD, BOLD, DIM, GOOD, PLAIN, type Style } from '../../shared/screen/style.ts';
import { dayOf, dayStart } from '../../shared/zone.ts';
import { CENTRAL_LABELS } from './labels.ts';
import type { Desk } from './orders.ts';
import type { CentralView } from './view.ts';

const L = CENTRAL_LABELS.figures;
const DAY_MS = 86_400_000;
const AGAIN_MS = 30_000;
const ROWS = 400;
const LABEL_WIDTH = 28;
/** What 23 CFR 680 and the UK's regulations of 2023 ask for. */
const US_PERCENT = 97;
const UK_PERCENT = 99;

const SPANS = [
  { key: 'h', label: L.span.today, days: 1, by: 'hour' }, { key: 'w', label: L.span.week, days: 7, by: 'day' },
  { key: 'm', label: L.span.month, days: 30, by: 'day' }, { key: 'y', label: L.span.year, days: 365, by: 'month' },
] as const;
const REPORTS = ['use', 'revenue', 'success', 'queue', 'uptime', 'utilisation'] as const;
type Report = (typeof REPORTS)[number];
type Totals = Partial<Record<Report, readonly ListRow[]>>;
type Figures = {
  siteId: string | null; span: (typeof SPANS)[number]; asked: string; askedAtMs: number;
  totals: Totals; bars: readonly ListRow[]; error: string | null; isRead: boolean;
};

export function figuresPage(desk: Desk): Page<CentralView> {
  const { host } = desk;
  const figures: Figures = {
    siteId: null, span: SPANS[0], asked: '', askedAtMs: 0, totals: {}, bars: [], error: null, isRead: false,
  };
  return {
    id: 'figures',
    title: L.title,
    draw(canvas, area, view) {
      readAgain(desk, figures, view);
      const site = view.sites.find(({ siteId }) => siteId === figures.siteId);
      const where = site === undefined ? CENTRAL_LABELS.everySite : `${site.siteId} ${site.name}`;
      rule(canvas, { ...area, height: 1 }, `${where}, ${figures.span.label}`);
      if (!figures.isRead) return void put(canvas, area.x + 1, area.y + 1, LABELS.loading, DIM);
      if (figures.error !== null) return void put(canvas, area.x + 1, area.y + 1, figures.error, BAD, area.width - 2);
      const rows = lineRows(figures.totals);
      for (const [i, { label, text, look }] of rows.entries()) {
        put(canvas, area.x + 1, area.y + 1 + i, label, DIM, LABEL_WIDTH - 1);
        put(canvas, area.x + 1 + LABEL_WIDTH, area.y + 1 + i, text, look ?? BOLD, area.width - LABEL_WIDTH - 2);
      }
      const y = area.y + 1 + rows.length;
      drawBars(canvas, { ...area, y, height: area.y + area.height - y }, figures);
    },
    keys: (view) => [
      ...SPANS.map((span): KeyBinding => ({ key: span.key, label: span.label, run: () => (figures.span = span) })),
      { key: 'g', label: CENTRAL_LABELS.keys.site, run: () => chooseSite(desk, figures, view) },
      { key: 'f5', label: CENTRAL_LABELS.keys.reload, run: () => (figures.askedAtMs = 0) },
    ],
    onKey: () => false,
    onShow: () => {
      figures.askedAtMs = 0;
      host.draw();
    },
  };
}

function chooseSite({ host }: Desk, figures: Figures, { sites }: CentralView): void {
  const item = (key: string, label: string, siteId: string | null): KeyBinding => ({
    key, label, run: () => {
      figures.siteId = siteId;
      host.draw();
    },
  });
  host.open(menuDialog(host, {
    title: CENTRAL_LABELS.chooseSite,
    items: [item('0', CENTRAL_LABELS.everySite, null),
      ...sites.map(({ siteId, name }, i) => item(i < 9 ? String(i + 1) : ' ', `${siteId} ${name}`, siteId))],
  }));
}

/** Asks when something else is to be shown, and now and then while it is looked at. */
function readAgain(desk: Desk, figures: Figures, { nowMs, sites }: CentralView): void {
  const { siteId, span } = figures;
  const zone = sites.find((site) => site.siteId === siteId)?.timeZone ?? 'UTC';
  const to = dayOf(zone, nowMs);
  const from = dayOf(zone, (dayStart(zone, to) ?? nowMs) - (span.days - 1) * DAY_MS + DAY_MS / 2);
  const asked = `${siteId ?? ''} ${from} ${to}`;
  if (asked === figures.asked && nowMs - figures.askedAtMs < AGAIN_MS && nowMs >= figures.askedAtMs) return;
  if (asked !== figures.asked) figures.isRead = false;
  figures.asked = asked;
  figures.askedAtMs = nowMs;
  const filter = { from, to, ...(siteId === null ? {} : { siteId }) };
  void read(desk, filter, span.by).then((found) => {
    if (figures.asked !== asked) return;
    Object.assign(figures, found, { isRead: true });
    desk.host.draw();
  });
}

/**
 * The reports of the whole span, and its energy piece by piece. A report that cannot be had leaves its line empty. Each
 * is read by EV_Central itself, so other work has its turn between two of them.
 */
async function read(
  { actions }: Desk, filter: Readonly<Record<string, string>>, by: string,
): Promise<Pick<Figures, 'totals' | 'bars' | 'error'>> {
  const totals: Totals = {};
  for (const report of REPORTS) {
    const page = await actions.query('figures', { ...filter, report, by: 'total' }, null, ROWS);
    if (page.error === null) totals[report] = page.rows;
    else if (report === 'use') return { totals, bars: [], error: page.error };
    await new Promise((resolve) => setImmediate(resolve));
  }
  const bars = await actions.query('figures', { ...filter, report: 'use', by }, null, ROWS);
  return { totals, bars: bars.rows, error: bars.error };
}

type LineRow = { readonly label: string; readonly text: string; readonly look?: Style };

function lineRows(totals: Totals): LineRow[] {
  const first = (report: Report): ListRow => totals[report]?.[0] ?? {};
  const [use, success, queue, uptime] = [first('use'), first('success'), first('queue'), first('uptime')];
  const revenue = (totals.revenue ?? []).map(revenueText).filter((text) => text !== '');
  const meanWaitMs = queue['meanWaitMs'];
  const wait = typeof meanWaitMs === 'number' ? `, ${age(meanWaitMs)} ${L.onAverage}, `
    + `${percentText(queue['servedPercent'])} ${L.served}` : '';
  return [
    { label: L.sessions, text: String(numberOf(use['sessions'])) },
    { label: L.energy, text: energy(numberOf(use['energyWh'])) },
    { label: L.revenue, text: revenue.length === 0 ? L.nothing : revenue.join(', ') },
    { label: L.utilisation, text: percentText(first('utilisation')['utilisationPercent']) },
    { label: L.chargingTime, text: `${age(numberOf(use['chargingMs']))}, ${L.idle} ${age(numberOf(use['idleMs']))}` },
    { label: L.firstAttempt, text: `${percentText(success['firstChargedPercent'])} ${L.of} `
      + `${numberOf(success['firstAttempts'])}` },
    { label: L.queue, text: `${numberOf(queue['waits'])} ${L.waits}${wait}` },
    aimRow(`${L.uptime} (${L.aim} ${US_PERCENT} %)`, uptime['uptimePercent'], US_PERCENT),
    aimRow(`${L.rapid} (${L.aim} ${UK_PERCENT} %)`, uptime['reliablePercent'], UK_PERCENT),
  ];
}

function aimRow(label: string, value: unknown, aim: number): LineRow {
  if (typeof value !== 'number') return { label, text: L.unknown, look: DIM };
  return value >= aim ? { label, text: `+ ${percentText(value)}`, look: GOOD }
    : { label, text: `! ${percentText(value)} ${L.missesAim}`, look: BAD };
}

/** What tickets and fees of plans came to, with VAT, and what was given back. */
function revenueText(row: ListRow): string {
  const currency = currencySchema.safeParse(row['currency']);
  if (!currency.success) return '';
  const money = (name: string): string => formatMoney(numberOf(row[name]), currency.data);
  const refunded = numberOf(row['refundedMinor']) === 0 ? '' : `, ${money('refundedMinor')} ${L.refunded}`;
  // In one amount: a narrow screen has no room for both.
  const taken = formatMoney(numberOf(row['totalMinor']) + numberOf(row['planFeesMinor']), currency.data);
  return `${taken} (${money('netMinor')} ${L.net}${refunded})`;
}

function percentText(value: unknown): string {
  return typeof value === 'number' ? `${value} %` : L.unknown;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** The newest pieces that have room, oldest first, as bars of their energy. */
function drawBars(canvas: Canvas, area: Area, { bars, span }: Figures): void {
  rule(canvas, { ...area, height: 1 }, `${L.energy} ${L.by} ${L.piece[span.by]}`);
  const rows = Math.max(0, area.height - 1);
  if (bars.length === 0) put(canvas, area.x + 1, area.y + 1, L.nothing, DIM, area.width - 2);
  const most = Math.max(1, ...bars.map((row) => numberOf(row['energyWh'])));
  for (const [i, row] of bars.slice(-rows).entries()) {
    const y = area.y + 1 + i;
    const energyWh = numberOf(row['energyWh']);
    const width = Math.max(10, Math.min(100, area.width - 50));
    put(canvas, area.x + 1, y, String(row[span.by] ?? '').replace('T', ' '), DIM, 17);
    const end = drawBar(canvas, { x: area.x + 19, y, width }, energyWh / most, GOOD);
    put(canvas, end + 1, y, `${energy(energyWh)}  ${numberOf(row['sessions'])}`, PLAIN, area.x + area.width - end - 2);
  }
}
