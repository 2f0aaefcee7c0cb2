// How fast the parts are on this machine, alone: search near a position, sealing and opening, frames, meter samples,
// prices. Judges nothing. What goes through Kafka: `node scripts/broker/latency.ts`.
import { randomBytes } from 'node:crypto';
import { parseMeterSample } from '../../ev-central/bus/meter-parser.ts';
import { nearestSites } from '../../ev-central/core/site-search.ts';
import { Table } from '../../ev-central/core/table.ts';
import { addReading } from '../../ev-central/core/session-cost.ts';
import { tariffRules } from '../../ev-central/core/tariff/rules.ts';
import { beginTariffUsage } from '../../ev-central/core/tariff/usage.ts';
import { priceOfUsage } from '../../ev-central/core/tariff/usage-price.ts';
import { siteId, tariffId } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import { meterSample } from '../../shared/messages/meter-sample.ts';
import type { SiteRow } from '../../shared/messages/orders.ts';
import { currency } from '../../shared/money.ts';
import { open, seal, sealKey } from '../../shared/seal.ts';
import { createFrameDecoder, encodeFrame } from '../../shared/wire/frame-codec.ts';
import type { Bench, Figure, Figures } from './bench.ts';

const MEASURE_MS = 1_000;
/** As many as the import of the US stations makes. */
const SITES = 4_736;
const TOPIC = 'ev.meter';
const SAMPLE = JSON.stringify(meterSample.example);

const PARTS: readonly { row: string; what: string; make: () => () => unknown }[] = [
  { row: 'parts-search', what: 'search near a position among 4,736 sites', make: benchSearch },
  { row: 'parts-seal', what: 'sealing a meter sample', make: benchSeal },
  { row: 'parts-open', what: 'opening a meter sample', make: benchOpen },
  { row: 'parts-check', what: 'checking a meter sample', make: () => () => parseMeterSample(SAMPLE) },
  { row: 'parts-frame', what: 'a frame, encoded and decoded', make: benchFrame },
  { row: 'parts-price', what: 'the price of a charge of 480 stored values', make: benchPrice },
];

export const partsBench: Bench = {
  name: 'parts',
  what: 'how fast the parts are alone, in one process without a network: printed only',
  rows: PARTS.map(({ row, what }) => ({ row, what, unit: 'µs', better: 'lower' })),
  async run(stage): Promise<Figures> {
    const figures: Record<string, Figure> = {};
    for (const { row, make } of PARTS) {
      stage.ended.throwIfAborted();
      figures[row] = { value: 1_000_000 / measure(make(), MEASURE_MS * stage.scale) };
      await new Promise((resolve) => setImmediate(resolve)); // lets Ctrl-C in
    }
    return figures;
  },
};

/** Calls a second, after a warm-up of the same length. */
function measure(run: () => unknown, measureMs: number): number {
  for (const untilMs = performance.now() + measureMs / 2; performance.now() < untilMs;) run();
  const startedMs = performance.now();
  let calls = 0;
  while (performance.now() - startedMs < measureMs) {
    for (let i = 0; i < 16; i += 1) run();
    calls += 16;
  }
  return calls / ((performance.now() - startedMs) / 1_000);
}

function benchSearch(): () => unknown {
  const sites = new Table<SiteRow['siteId'], SiteRow>((row) => row.siteId);
  for (let i = 0; i < SITES; i += 1) {
    sites.put({
      siteId: siteId(`S-${i}`), name: `Site ${i}`, address: '', timeZone: 'America/New_York', tariffId: tariffId('t'),
      latitude: 25 + (i % 211) * 0.1, longitude: -120 + (i % 499) * 0.1, queueEnabled: true,
    });
  }
  return () => nearestSites(sites, { latitude: 38.3, longitude: -90.2 }, 30_000);
}

function benchSeal(): () => unknown {
  const key = sealKey('k-1', randomBytes(32).toString('base64'));
  return () => seal(key, 'up', TOPIC, { from: 'ALC-01', to: 'central', mid: 'm-1' }, SAMPLE);
}

function benchOpen(): () => unknown {
  const key = sealKey('k-1', randomBytes(32).toString('base64'));
  const { headers, value } = seal(key, 'up', TOPIC, { from: 'ALC-01', to: 'central', mid: 'm-1' }, SAMPLE);
  return () => open(key, 'up', TOPIC, headers, value);
}

function benchFrame(): () => unknown {
  const decoder = createFrameDecoder({ frameBytes: LIMITS.frameBytes });
  return () => decoder.push(encodeFrame(SAMPLE));
}

function benchPrice(): () => unknown {
  const night = [{ type: 'ENERGY', price: 0.25, step_size: 1 } as const];
  const rules = tariffRules({
    currency: currency('EUR'),
    elements: [
      { price_components: [{ type: 'FLAT', price: 0.35, vat: 21, step_size: 1 }] },
      { price_components: night, restrictions: { start_time: '00:00', end_time: '08:00' } },
      { price_components: [...night, { type: 'TIME', price: 0.6, vat: 21, step_size: 1 }] },
    ],
  });
  const startMs = Date.UTC(2026, 0, 15, 22);
  return () => {
    let usage = beginTariffUsage(startMs);
    for (let i = 1; i <= 480; i += 1) {
      const reading = { registerWh: i * 366, atMs: startMs + i * 60_000, powerW: 22_000, kind: 'charging' } as const;
      usage = addReading(usage, reading, { meterStartWh: 0, rules, timeZone: 'Europe/Madrid' });
    }
    return priceOfUsage(usage, rules);
  };
}
