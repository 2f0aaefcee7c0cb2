import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readNetworkFile } from './network-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ev-network-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a network file', () => {
  it('with prices by bands of the day is refused, and says what to write instead', () => {
    const bands = [{ fromMinute: 0, toMinute: 1440, perKwhMicros: 400_000, perMinuteMicros: 0 }];
    const old = { tariffId: 'flat', currency: 'EUR', perSessionMicros: 0, bands };
    expect(() => readNetworkFile(written({ tariffs: [old] })))
      .toThrow(/tariffs\.0: is in the form of before .* write an OCPI 2\.2\.1 tariff/);
  });

  it('with an OCPI tariff that has no id of ours names the field', () => {
    const elements = [{ price_components: [{ type: 'ENERGY', price: 0.4, step_size: 1 }] }];
    expect(() => readNetworkFile(written({ tariffs: [{ currency: 'EUR', elements }] }))).toThrow(/tariffs\.0\.id/);
  });

  it('of the demo is read, with VAT and paid parking', () => {
    const { tariffs } = readNetworkFile(new URL('../../database/demo/network.json', import.meta.url).pathname);
    const components = tariffs.flatMap(({ elements }) => elements.flatMap((each) => each.price_components));
    expect(components.some(({ type, vat }) => type === 'PARKING_TIME' && vat === 21)).toBe(true);
  });
});

function written(network: unknown): string {
  const file = join(folder, 'network.json');
  writeFileSync(file, JSON.stringify(network));
  return file;
}
