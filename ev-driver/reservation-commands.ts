// The subcommands about reservations on the command line: their arguments and options, turned into what the scripts
// take.
import { InvalidArgumentError, type Command } from 'commander';
import { Failure } from '../shared/failure.ts';
import { ID_RULE, isId, pointId, reservationId, siteId } from '../shared/ids.ts';
import { CONNECTOR_TYPES, connectorTypeSchema } from '../shared/messages/values.ts';
import { LIMITS } from '../shared/limits.ts';
import { type Repeat, REPEATS, type ReservedPlace } from '../shared/messages/reservation.ts';
import { slotTime } from '../shared/slot-time.ts';
import type { ExitStatus } from './exit-status.ts';
import { estimateScript, freeSlotsScript, reservationOrderScript, reservationsScript } from './reservation-scripts.ts';
import type { ScriptOptions } from './scripts.ts';

type Common = { json?: boolean; timeout?: number };
type Start = (options: Common, script: (options: ScriptOptions) => Promise<ExitStatus>) => Promise<void>;
type Times = { from?: number; to?: number; minutes?: number };
type Where = { site?: string; connector?: number; connectorType?: (typeof CONNECTOR_TYPES)[number]; minKw?: number };
type EstimateOptions = Common & Times & { reservation?: string; connector?: number; kwh?: number; kw?: number };
type BookOptions = Common & Times & Where & { every?: Repeat['every']; times?: number };

const MINUTE_MS = 60_000;
const USUAL_MINUTES = 60;

/** Adds `estimate`, `free`, `book`, `reservations`, `change-reservation`, `cancel-reservation` and `check-in`. */
export function addReservationScripts(common: (name: string, text: string) => Command, start: Start): void {
  common('estimate [point]', 'what a charge would cost: now, in a reservation, or in a slot')
    .option('--reservation <id>', 'in this reservation, with what that costs')
    .option('--from <time>', 'in a slot, such as 2026-11-28T14:00+01:00, with what reserving it costs', moment)
    .option('--to <time>', 'the end of the slot', moment).option('--minutes <number>', 'or how long it is', count)
    .option('--connector <number>', 'of the point; without it its first', count)
    .option('--kwh <number>', 'energy (20)', count)
    .option('--kw <number>', 'power; without it the connector\'s most', count)
    .action((point: string | undefined, options: EstimateOptions) =>
      start(options, (script) => estimateScript(script, estimateFilter(point, options))));
  where(times(common('free [point]', 'free times of connectors that can be reserved')))
    .action((point: string | undefined, options: Common & Times & Where) =>
      start(options, (script) => freeSlotsScript(script, slotFilter(point, options))));
  where(times(common('book [point]', 'reserve a connector: from now on, or --from a time')))
    .option('--every <period>', `again and again: ${REPEATS.join(', ')}`, period)
    .option('--times <number>', 'so often in all, with --every', count)
    .action((point: string | undefined, options: BookOptions) => start(options, (script) =>
      reservationOrderScript(script, (userId) => ({
        kind: 'book-reservation', userId, place: placeOf(point, options), ...slotOf(options), repeat: repeatOf(options),
        fit: { connectorType: options.connectorType ?? null, minPowerW: wattsOf(options) },
      }))));
  common('reservations', 'your reservations that are still to come').option('--all', 'those that are over, too')
    .action((options: Common & { all?: boolean }) =>
      start(options, (script) => reservationsScript(script, options.all === true)));
  times(common('change-reservation <reservation>', 'another time, or another connector'))
    .option('--point <id>', 'another point').option('--connector <number>', 'of the point', count)
    .action((id: string, options: Common & Times & { point?: string; connector?: number }) => start(options, (script) =>
      reservationOrderScript(script, () => ({
        kind: 'change-reservation', reservationId: reservationId(idOf(id)), ...slotOf(options),
        place: options.point === undefined ? null : placeOf(options.point, options),
      }))));
  common('cancel-reservation <reservation>', 'cancel a reservation, or a recurring one')
    .option('--series', 'it is the id of a recurring one')
    .action((id: string, options: Common & { series?: boolean }) => start(options, (script) =>
      reservationOrderScript(script, () => (options.series === true
        ? { kind: 'cancel-reservation-series', seriesId: reservationId(idOf(id)), note: '' }
        : { kind: 'cancel-reservation', reservationId: reservationId(idOf(id)), free: false, note: '' }))));
  common('check-in <reservation>', 'say that you are there')
    .action((id: string, options: Common) => start(options, (script) =>
      reservationOrderScript(script, () => ({ kind: 'check-in', reservationId: reservationId(idOf(id)) }))));
}

function times(command: Command): Command {
  return command
    .option('--from <time>', 'now, +30m, 18:30, tomorrow 08:00, 2026-11-28T14:00+01:00; without it now', moment)
    .option('--to <time>', 'its end; without it --minutes later', moment)
    .option('--minutes <number>', `how long, without --to (${USUAL_MINUTES})`, count);
}

function where(command: Command): Command {
  return command
    .option('--site <id>', 'any point of a site')
    .option('--connector <number>', 'of the point; without it any', count)
    .option('--connector-type <type>', `one of ${CONNECTOR_TYPES.join(', ')}`, connectorType)
    .option('--min-kw <number>', 'the least power', count);
}

function slotOf({ from, to, minutes }: Times): { beginsAtMs: number; endsAtMs: number } {
  const beginsAtMs = from ?? Date.now();
  return { beginsAtMs, endsAtMs: to ?? beginsAtMs + (minutes ?? USUAL_MINUTES) * MINUTE_MS };
}

function placeOf(point: string | undefined, { site, connector }: Pick<Where, 'site' | 'connector'>): ReservedPlace {
  if ((point === undefined) === (site === undefined)) {
    throw new Failure('bad-configuration', 'name one: a point, or --site');
  }
  return point === undefined ? { kind: 'site', siteId: siteId(idOf(site ?? '')) }
    : { kind: 'point', pointId: pointId(idOf(point)), connectorNo: connector ?? null };
}

function repeatOf({ every, times: often }: Pick<BookOptions, 'every' | 'times'>): Repeat | null {
  if (every === undefined && often === undefined) return null;
  if (every === undefined || often === undefined) throw new Failure('bad-configuration', '--every needs --times');
  if (often >= 2 && often <= LIMITS.occurrencesOfSeries) return { every, times: often };
  throw new Failure('bad-configuration', `--times is 2 to ${LIMITS.occurrencesOfSeries}`);
}

function slotFilter(point: string | undefined, options: Times & Where): Record<string, string | number> {
  const place = placeOf(point, options);
  const { from, to, minutes, connectorType: type } = options;
  const minPowerW = wattsOf(options);
  return {
    ...(place.kind === 'site' ? { siteId: place.siteId } : { pointId: place.pointId }),
    ...(from === undefined ? {} : { sinceMs: from }), ...(to === undefined ? {} : { untilMs: to }),
    ...(minutes === undefined ? {} : { lengthMs: minutes * MINUTE_MS }),
    ...(type === undefined ? {} : { connectorType: type }), ...(minPowerW === null ? {} : { minPowerW }),
  };
}

function estimateFilter(
  point: string | undefined, { reservation, from, to, minutes, connector, kwh, kw }: EstimateOptions,
): Record<string, string | number> {
  if (point === undefined && reservation === undefined) {
    throw new Failure('bad-configuration', 'name one: a point, or --reservation');
  }
  const slot = from === undefined && to === undefined && minutes === undefined ? null : slotOf({
    ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }),
    ...(minutes === undefined ? {} : { minutes }),
  });
  return {
    ...(point === undefined ? {} : { pointId: idOf(point) }),
    ...(reservation === undefined ? {} : { reservationId: idOf(reservation) }),
    ...(slot === null ? {} : { sinceMs: slot.beginsAtMs, untilMs: slot.endsAtMs }),
    ...(connector === undefined ? {} : { connectorNo: connector }),
    ...(kwh === undefined ? {} : { energyWh: kwh * 1000 }), ...(kw === undefined ? {} : { powerW: kw * 1000 }),
  };
}

function wattsOf({ minKw }: Where): number | null {
  return minKw === undefined ? null : Math.round(minKw * 1000);
}

function idOf(text: string): string {
  if (isId(text)) return text;
  throw new Failure('bad-configuration', `${text} is no id: ${ID_RULE}`);
}

/** Of this machine's clock where no zone is given: which one the site has is not known yet. */
function moment(text: string): number {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const atMs = slotTime(text, { nowMs: Date.now(), timeZone });
  if (atMs !== null) return atMs;
  throw new InvalidArgumentError('must be a time such as now, +30m, 18:30, tomorrow 08:00, 2026-11-28 14:00 (of this '
    + 'machine\'s clock) or 2026-11-28T14:00+01:00');
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('must be a whole number above 0');
}

function period(text: string): Repeat['every'] {
  const found = REPEATS.find((each) => each === text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`must be one of ${REPEATS.join(', ')}`);
}

function connectorType(text: string): (typeof CONNECTOR_TYPES)[number] {
  const parsed = connectorTypeSchema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`must be one of ${CONNECTOR_TYPES.join(', ')}`);
}
