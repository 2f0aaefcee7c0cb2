// The subcommands about reservations: free slots, booking, change, cancellation, check-in, and what there is.
import type { Order } from '../shared/messages/orders.ts';
import { type Reservation, reservationSchema, reservationSeriesSchema } from '../shared/messages/reservation.ts';
import { estimateRowSchema } from '../shared/messages/rows.ts';
import { formatMoney } from '../shared/money.ts';
import { words } from '../shared/words.ts';
import { formatDateTime } from '../shared/words/quantities.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { giveOrder, listOf } from './script-orders.ts';
import { begin, connected, type Run, type ScriptOptions } from './scripts.ts';

/** Gives one order and prints what became of it. `orderOf` gets the driver's id, which an order may name. */
export async function reservationOrderScript(
  options: ScriptOptions, orderOf: (driverId: Run['client']['driverId']) => Order,
): Promise<ExitStatus> {
  const run = begin(options, { points: null, sessions: false });
  const trouble = await connected(run);
  if (trouble !== null) return trouble;
  return giveOrder(run, orderOf(run.client.driverId), { timeoutMs: options.timeoutMs, lookAt: 'reservations' });
}

/** Her reservations, newest first, and the recurring ones. */
export async function reservationsScript(options: ScriptOptions, all: boolean): Promise<ExitStatus> {
  const run = begin(options, { points: null, sessions: false });
  const trouble = await connected(run);
  if (trouble !== null) return trouble;
  const rows = await listOf(run, 'my-reservations', all ? {} : { open: 'yes' });
  const series = rows === null ? null : await listOf(run, 'my-reservation-series', {});
  if (rows === null || series === null) return EXIT.timedOut;
  for (const row of rows) {
    const parsed = reservationSchema.safeParse(row);
    if (parsed.success) run.say('reservation', { row }, reservationLine(parsed.data));
  }
  for (const row of series) {
    const parsed = reservationSeriesSchema.safeParse(row);
    if (!parsed.success || (parsed.data.state !== 'active' && !all)) continue;
    const { seriesId, pointId, connectorNo, repeat, made, state } = parsed.data;
    run.say('series', { row },
      `${seriesId}  ${pointId}/${connectorNo}  ${repeat.every}, ${made} of ${repeat.times}  ${state}`);
  }
  return EXIT.completed;
}

/** Free times to book. */
export async function freeSlotsScript(
  options: ScriptOptions, filter: Readonly<Record<string, string | number>>,
): Promise<ExitStatus> {
  const run = begin(options, { points: null, sessions: false });
  const trouble = await connected(run);
  if (trouble !== null) return trouble;
  const rows = await listOf(run, 'free-slots', filter);
  if (rows === null) return EXIT.refused;
  // By the clock by which `--from` is read.
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const at = (ms: unknown): string => minuteText(Number(ms), timeZone);
  for (const row of rows) {
    const { pointId, connectorNo, beginsAtMs, endsAtMs, type, maxPowerW } = row;
    run.say('free', { row }, `${String(pointId)}/${String(connectorNo)}  ${at(beginsAtMs)} to ${at(endsAtMs)} `
      + `${timeZone}  ${String(type)}  ${(Number(maxPowerW) / 1000).toFixed(0)} kW`);
  }
  return EXIT.completed;
}

/** What a charge would cost: now, in a reservation, or in a slot that might be reserved. */
export async function estimateScript(
  options: ScriptOptions, filter: Readonly<Record<string, string | number>>,
): Promise<ExitStatus> {
  const run = begin(options, { points: null, sessions: false });
  const trouble = await connected(run);
  if (trouble !== null) return trouble;
  const rows = await listOf(run, 'estimate', filter);
  const parsed = estimateRowSchema.safeParse(rows?.[0]);
  if (!parsed.success) return EXIT.refused;
  run.say('estimate', { row: parsed.data }, words().estimate(parsed.data));
  return EXIT.completed;
}

function reservationLine(row: Reservation): string {
  const { reservationId, pointId, connectorNo, beginsAtMs, endsAtMs, timeZone, state } = row;
  const { feeMinor, takenMinor, currency } = row;
  const at = (atMs: number): string => minuteText(atMs, timeZone);
  const money = takenMinor > 0 ? `taken ${formatMoney(takenMinor, currency)}`
    : `fee ${formatMoney(feeMinor, currency)}`;
  return `${reservationId}  ${pointId}/${connectorNo}  ${at(beginsAtMs)} to ${at(endsAtMs)}  ${state}  ${money}`;
}

/** `2026-11-28 18:00` */
function minuteText(atMs: number, timeZone: string): string {
  return formatDateTime(atMs, timeZone).slice(0, 16);
}
