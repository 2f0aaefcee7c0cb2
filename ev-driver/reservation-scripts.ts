// The subcommands about reservations: free slots, booking, change, cancellation, check-in, and what there is. An order
// is given again under its id when the link was lost before its answer: EV_Central carries it out once.
import { isoTime } from '../shared/clock.ts';
import type { OperatorOrderResult } from '../shared/messages/operator-order-result.ts';
import type { Order } from '../shared/messages/orders.ts';
import { type Reservation, reservationSchema, reservationSeriesSchema } from '../shared/messages/reservation.ts';
import { estimateRowSchema } from '../shared/messages/rows.ts';
import { formatMoney } from '../shared/money.ts';
import { words } from '../shared/words.ts';
import { formatDateTime } from '../shared/words/quantities.ts';
import type { ListAsked } from './client-state.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import { begin, connected, type Run, type ScriptOptions } from './scripts.ts';

const ANSWER_MS = 15_000;

/** Gives one order and prints what became of it. `orderOf` gets the driver's id, which an order may name. */
export async function reservationOrderScript(
  options: ScriptOptions, orderOf: (driverId: Run['client']['driverId']) => Order,
): Promise<ExitStatus> {
  const run = begin(options, { points: null, sessions: false });
  const trouble = await connected(run);
  if (trouble !== null) return trouble;
  const { client, events } = run;
  const order = orderOf(client.driverId);
  const id = client.order(order);
  const result = (): OperatorOrderResult | undefined => events.flatMap((event) =>
    (event.kind === 'order-result' && event.result.orderId === id ? [event.result] : []))[0];
  let logIns = countLogIns(run);
  await run.until(() => {
    if (result() === undefined && countLogIns(run) > logIns) {
      logIns = countLogIns(run);
      client.order(order, id);
    }
    return result() !== undefined;
  }, options.timeoutMs ?? ANSWER_MS);
  const answer = result();
  if (answer === undefined) {
    const text = 'No answer: look at ev-driver reservations before you ask again.';
    run.say('result', { outcome: 'timed-out', orderId: id, text }, text);
    return EXIT.timedOut;
  }
  const { outcome, text, lines } = answer;
  run.say('result', { outcome, text, lines }, [`${text.charAt(0).toUpperCase()}${text.slice(1)}.`,
    ...lines.map((line) => `  ${line.what}  ${line.outcome}`)].join('\n'));
  return outcome === 'done' ? EXIT.completed : EXIT.refused;
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
  for (const row of rows) {
    const { pointId, connectorNo, beginsAtMs, endsAtMs, type, maxPowerW } = row;
    run.say('free', { row }, `${String(pointId)}/${String(connectorNo)}  ${isoTime(Number(beginsAtMs))}  `
      + `${isoTime(Number(endsAtMs))}  ${String(type)}  ${(Number(maxPowerW) / 1000).toFixed(0)} kW`);
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

type Rows = readonly Readonly<Record<string, unknown>>[];

async function listOf(
  run: Run, list: ListAsked, filter: Readonly<Record<string, string | number>>,
): Promise<Rows | null> {
  const answer = (): { error: string | null; rows: Rows } | undefined =>
    run.events.flatMap((event) => (event.kind === 'list' && event.list === list ? [event] : []))[0];
  run.client.handle({ kind: 'list', list, filter });
  await run.until(() => answer() !== undefined, ANSWER_MS);
  const found = answer();
  if (found !== undefined && found.error === null) return found.rows;
  const text = found?.error ?? 'EV_Central did not answer in time';
  run.say('result', { outcome: 'refused', text }, `${text.charAt(0).toUpperCase()}${text.slice(1)}.`);
  return null;
}

function countLogIns({ events }: Run): number {
  return events.filter((event) => event.kind === 'logged-in').length;
}

function reservationLine(row: Reservation): string {
  const { reservationId, pointId, connectorNo, beginsAtMs, endsAtMs, timeZone, state } = row;
  const { feeMinor, takenMinor, currency } = row;
  const at = (atMs: number): string => formatDateTime(atMs, timeZone).slice(0, 16);
  const money = takenMinor > 0 ? `taken ${formatMoney(takenMinor, currency)}`
    : `fee ${formatMoney(feeMinor, currency)}`;
  return `${reservationId}  ${pointId}/${connectorNo}  ${at(beginsAtMs)} to ${at(endsAtMs)}  ${state}  ${money}`;
}
