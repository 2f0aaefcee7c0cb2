// `ctl reserve`, `cancel-reservation` and the like: what operators do about reservations of drivers.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { reservationWishSchema } from '../../shared/messages/reservation.ts';
import { type Own, UsageError, withOrder } from './tool-action.ts';
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
    .action(withOrder(([file = '']) => checkedOrder({ kind: 'book-reservations', wishes: wishesIn(file) })));
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

/** `[{ "userId": …, "place": …, "fit": …, "from": …, "to": … }]`, times in ISO 8601. */
function wishesIn(file: string): z.input<typeof reservationWishSchema>[] {
  const moment = z.iso.datetime({ offset: true });
  const { shape } = reservationWishSchema;
  const line = z.strictObject({
    userId: shape.userId, place: shape.place, from: moment, to: moment,
    fit: shape.fit.default({ connectorType: null, minPowerW: null }),
  });
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new UsageError(`${file} cannot be read as JSON: ${cause instanceof Error ? cause.message : ''}`);
  }
  const parsed = z.array(line).min(1).safeParse(found);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new UsageError(`${file}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
  }
  return parsed.data.map(({ from, to, ...rest }) => ({
    ...rest, beginsAtMs: Date.parse(from), endsAtMs: Date.parse(to),
  }));
}
