import { describe, expect, it } from 'vitest';
import { tariffId } from '../../shared/ids.ts';
import { estimateRowSchema } from '../../shared/messages/rows.ts';
import { words } from '../../shared/words.ts';
import { ANA, Network, SITE } from './core-harness.ts';
import { estimateFor } from './price-estimate.ts';

describe('an estimate', () => {
  it('is what a charge with its assumptions costs then, and says them', () => {
    const network = new Network();
    network.connect();
    const row = asked(network, { energyWh: 11_000, powerW: 11_000, parkingMs: 0 });
    // From 05:40 on, an hour at night: 11 kWh at 0.20 and the fee of 0.50.
    expect(row).toMatchObject({ connectorNo: 1, tariffId: 'day', version: 1, chargingMs: 3_600_000, totalMinor: 270 });
    expect(words().estimate(estimateRowSchema.parse(row)))
      .toBe('ALC-01 now: 2.70 EUR with VAT, if 11.000 kWh flow at a steady 11.0 kW (1:00:00).');
    const session = network.charging(ANA);
    network.later(3_600_000);
    network.end(session, 12_000);
    expect(network.lastNotice(ANA, 'ticket').ticket.totalMinor).toBe(270);
  });

  it('assumes 20 kWh at the power of the first connector when nothing is said', () => {
    expect(asked(new Network(), {})).toMatchObject({ energyWh: 20_000, powerW: 22_000, parkingMs: 0 });
  });

  it.each([
    ['an unknown point', { pointId: 'X' }, 'no such point: X'],
    ['an unknown connector', { connectorNo: 9 }, 'ALC-01 has no connector 9'],
    ['no energy', { energyWh: 0 }, 'energyWh is a whole number above 0'],
    ['a text for a number', { energyWh: 'much' }, 'energyWh is a whole number above 0'],
    ['more power than there is', { powerW: 22_001 }, 'powerW is a whole number from 1 to the 22000 of the connector'],
    ['parking for ever', { parkingMs: 1e15 }, 'parkingMs is a whole number, at most 31 days'],
    ['something else', { colour: 'red' }, 'unknown filter "colour"'],
  ])('for %s is refused with the reason', (_what, given, why) => {
    expect(asked(new Network(), given)).toContain(why);
  });

  it('is refused where no price holds', () => {
    const network = new Network();
    const [id, elements] = [tariffId('later'), network.state.tariffVersions.must('day#1').ocpi.elements];
    const ocpi = { ...network.state.tariffVersions.must('day#1').ocpi, id, elements };
    network.order({ kind: 'put-tariff', tariff: { ...ocpi, start_date_time: '2099-01-01T00:00:00Z' } });
    network.order({ kind: 'put-site', site: { ...network.state.sites.must(SITE), tariffId: id } });
    expect(asked(network, {})).toBe('no price holds at ALC-01 now');
  });
});

function asked({ state, now }: Network, given: Readonly<Record<string, string | number>>) {
  return estimateFor(state, { pointId: 'ALC-01', ...given }, ANA, now);
}
