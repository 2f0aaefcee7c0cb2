// `ctl reserve`, `cancel-reservation` and the like: what operators do about reservations of drivers.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type FleetEntry, fleetEntries, fleetWishes, hasLocalTimes, type ZoneOf } from './fleet-file.ts';
import { giveOrder, type OrderDesk, readList } from './order-desk.ts';
import { type Own, report, UsageError, withCentral, withOrder } from './tool-action.ts';
import { addTimeOptions, addToolOptions } from './tool-options.ts';
import { checkedOrder, needText, numberOf, textOf, timesOf } from './typed-options.ts';

export function addReservationOrders(ctl: Command): void {
  addToolOptions(addTimeOptions(ctl.command('reserve <user>').description('reserves a connector for a driver')
    .option('--point <id>').option('--connector <number>', 'of the point; without it any')
    .option('--site <id>', 'any connector of a site')))
    .action(withOrder(([userId = ''], own) => checkedOrder({
      kind: 'book-reservation', userId, place: placeOf(own), ...slotOf(own), repeat: null,
      fit: { connectorType: null, minPowerW: null },
    })));
  addToolOptions(ctl.command('reserve-fleet <file>').description('reserves what a JSON file lists: all of it or none'))
    .action(withCentral(async ({ desk, options }, [file = '']) => {
      const entries = entriesIn(file);
      const zoneOf = hasLocalTimes(entries) ? await zonesOf(desk) : () => undefined;
      const order = checkedOrder({ kind: 'book-reservations', wishes: fleetWishes(entries, zoneOf) });
      report(await giveOrder(desk, order), options);
    }, ([file = '']) => entriesIn(file)));
  addToolOptions(ctl.command('cancel-fleet <fleet>')
    .description('says what cancelling all that is still to come of a fleet\'s booking gives back; with --yes does it')
    .option('--yes', 'do it').option('--free', 'nothing is taken').option('--note <text>', 'their drivers read it'))
    .action(withOrder(([fleetId = ''], own) => checkedOrder({
      kind: 'cancel-reservation-fleet', fleetId, preview: own['yes'] !== true, free: own['free'] === true,
      note: textOf(own, 'note') ?? '',
    })));
  addToolOptions(addTimeOptions(ctl.command('change-reservation <reservation>').description('another time or place')
    .option('--point <id>').option('--connector <number>').option('--site <id>')))
    .action(withOrder(([reservationId = ''], own) => checkedOrder({
      kind: 'change-reservation', reservationId, ...slotOf(own),
      place: own['point'] === undefined && own['site'] === undefined ? null : placeOf(own),
    })));
  addToolOptions(ctl.command('cancel-reservation <reservation>').description('cancels one, on its terms')
    .option('--free', 'nothing is taken').option('--note <text>', 'its driver reads it'))
    .action(withOrder(([reservationId = ''], own) => checkedOrder({
      kind: 'cancel-reservation', reservationId, free: own['free'] === true, note: textOf(own, 'note') ?? '',
    })));
  addToolOptions(ctl.command('cancel-reservation-series <series>').description('ends a recurring one')
    .option('--note <text>', 'its driver reads it'))
    .action(withOrder(([seriesId = ''], own) => checkedOrder({
      kind: 'cancel-reservation-series', seriesId, note: textOf(own, 'note') ?? '',
    })));
  addToolOptions(ctl.command('check-in <reservation>').description('says that a driver is there'))
    .action(withOrder(([reservationId = '']) => checkedOrder({ kind: 'check-in', reservationId })));
}

function placeOf(own: Own): { kind: 'site'; siteId: string } | {
  kind: 'point'; pointId: string; connectorNo: number | null;
} {
  const [point, site] = [textOf(own, 'point'), textOf(own, 'site')];
  if ((point === undefined) === (site === undefined)) throw new UsageError('say where: --point or --site');
  return point === undefined ? { kind: 'site', siteId: needText(own, 'site') }
    : { kind: 'point', pointId: point, connectorNo: numberOf(own, 'connector') ?? null };
}

function slotOf(own: Own): { beginsAtMs: number; endsAtMs: number } {
  const { sinceMs, untilMs } = timesOf(own);
  if (sinceMs === undefined || untilMs === undefined) throw new UsageError('say when: --from and --to');
  return { beginsAtMs: sinceMs, endsAtMs: untilMs };
}

/** The zone of each place's site, read from Central. */
async function zonesOf(desk: OrderDesk): Promise<ZoneOf> {
  const [sites, points] = [await readList(desk, 'sites'), await readList(desk, 'points')];
  const zones = new Map(sites.map((row) => [row['siteId'], row['timeZone']]));
  const siteOf = new Map(points.map((row) => [row['pointId'], row['siteId']]));
  return (place) => {
    const zone = zones.get(place.kind === 'site' ? place.siteId : siteOf.get(place.pointId));
    return typeof zone === 'string' ? zone : undefined;
  };
}

function entriesIn(file: string): FleetEntry[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${cause instanceof Error ? cause.message : ''}`);
  }
  return fleetEntries(text, file);
}
