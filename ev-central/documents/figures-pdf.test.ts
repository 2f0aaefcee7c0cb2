import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Report, REPORTS } from '../core/figures/reports.ts';
import { uptimeOf } from '../core/figures/uptime.ts';
import { figuresPdf } from './figures-pdf.ts';
import { pdfPages } from './pdf-text-for-tests.ts';

type Row = Readonly<Record<string, unknown>>;

const HOUR_MS = 3_600_000;
const ABOUT = { title: 'A report', span: 'ALC, by point, 2026-11-01 to 2026-11-30', madeAtMs: Date.UTC(2026, 10, 30) };
const VALUES: Record<Report, (i: number) => Row> = {
  use: (i) => ({ sessions: i, energyWh: i * 1_100, chargingMs: i * HOUR_MS, idleMs: HOUR_MS / 2 }),
  revenue: (i) => ({
    currency: 'EUR', totalMinor: 1_210 * i, vatMinor: 210 * i, refundedMinor: 0, refundedVatMinor: 0,
    planFeesMinor: 121 * i, planFeesVatMinor: 21 * i, netMinor: 1_100 * i,
  }),
  success: (i) => ({
    attempts: i, charged: i, firstAttempts: i, firstCharged: i, chargedPercent: i === 0 ? null : 100,
    firstChargedPercent: i === 0 ? null : 97.5,
  }),
  failures: (i) => ({ cause: 'point-silent', side: 'network', times: i, firstTimes: 0 }),
  queue: (i) => ({ waits: i, waitsServed: i, waitMs: i, meanWaitMs: i === 0 ? null : HOUR_MS / 4, servedPercent: 100 }),
  uptime: () => ({
    ...uptimeOf([{ watchedMs: 1_000 * HOUR_MS, isRapid: true, outages: { faulted: 5 * HOUR_MS } }]),
  }),
  utilisation: (i) => ({
    connectorMs: 24 * HOUR_MS, chargingMs: (i % 20) * HOUR_MS, idleMs: HOUR_MS, occupiedMs: (i % 20 + 1) * HOUR_MS,
    utilisationPercent: ((i % 20) / 24) * 100, occupiedPercent: ((i % 20 + 1) / 24) * 100, idlePercent: 100 / 24,
  }),
  forecast: (i) => ({
    day: '2026-11-28', time: '17:00', energyWh: (i % 24) * 100, lastWeekWh: i === 0 ? null : 90, isPeak: i === 1,
  }),
};

function rowsOf(report: Report, count: number, name: (i: number) => string): Row[] {
  return Array.from({ length: count }, (_unused, i) => ({
    ...(report === 'forecast' ? { hour: name(i) } : { pointId: name(i) }), ...VALUES[report](i),
  }));
}

const point = (i: number): string => `P-${String(i).padStart(4, '0')}`;
const LONG = 'a-point-with-a-name-of-sixty-four-characters-0123456789-abcdefgh';

/** For somebody who wants to look at the pages: FIGURES_PDF_DIR says where to. */
function kept(pdf: Buffer, name: string): Buffer {
  const dir = process.env['FIGURES_PDF_DIR'];
  if (dir !== undefined) writeFileSync(join(dir, `${name}.pdf`), pdf);
  return pdf;
}

describe.each(REPORTS)('the document of %s', (report) => {
  it.each([0, 1, 500])('has %i rows, each once, behind a head on every page', async (count) => {
    const rows = rowsOf(report, count, point);
    const pages = pdfPages(kept(await figuresPdf(report, rows, ABOUT), `${report}-${count}`));
    expect(pages[0]?.[0]).toBe(ABOUT.title);
    expect(pages[0]).toContain(ABOUT.span);
    expect(pages.flat().some((text) => text.includes('Nothing was counted'))).toBe(count === 0);
    expect(pages.at(-1)).toContain(`Page ${pages.length} of ${pages.length}`);
    if (count < 2) return;
    expect(pages.length).toBeGreaterThan(5);
    // As labels of the charts, some stand on the first pages too.
    const last = rows.slice(-100);
    const key = report === 'forecast' ? 'hour' : 'pointId';
    for (const row of last) expect(pages.flat()).toContain(row[key]);
    const heads = pages.slice(2).filter((page) => page[0] === (report === 'forecast' ? 'hour' : 'point'));
    expect(heads).toHaveLength(pages.length - 2);
  });

  it('cuts a name that is too long for its column, and goes on in the next row', async () => {
    const rows = rowsOf(report, 3, (i) => `${LONG}${i}`.slice(-64));
    const pages = pdfPages(kept(await figuresPdf(report, rows, ABOUT), `${report}-long`));
    const cut = pages.flat().filter((text) => text.startsWith('-point-with') || text.startsWith('a-point'));
    expect(cut.length).toBeGreaterThanOrEqual(3);
    expect(cut.every((text) => text.length < LONG.length)).toBe(true);
  });
});

describe('a document of money', () => {
  it('has a chart for each currency, for two of them are no one amount', async () => {
    const rows = [...rowsOf('revenue', 2, point), { ...rowsOf('revenue', 3, point)[2], currency: 'GBP' }];
    const texts = pdfPages(kept(await figuresPdf('revenue', rows, ABOUT), 'revenue-two')).flat();
    expect(texts).toContain('Net revenue (EUR)');
    expect(texts).toContain('Net revenue (GBP)');
  });
});

it('uptime that misses a limit by little does not look as if it met it', async () => {
  const row = { pointId: 'P', ...uptimeOf([{ watchedMs: 100_000, isRapid: true, outages: { faulted: 3_004 } }]) };
  const texts = pdfPages(await figuresPdf('uptime', [row], ABOUT)).flat();
  expect(row.uptimePercent).toBe(96.996);
  expect(texts).toContain('96.99 %');
  expect(texts).not.toContain('97.0 %');
});
