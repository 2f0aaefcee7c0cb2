// The form in which a driver reserves a connector: where, when, how long, how often; free times to pick from. When
// EV_Central refuses, the form comes back with what was entered and the reason.
import { pointIdSchema } from '../../shared/ids.ts';
import { LIMITS } from '../../shared/limits.ts';
import { CONNECTOR_TYPES, connectorTypeSchema, type Fit } from '../../shared/messages/values.ts';
import { type Repeat, REPEATS, type ReservedPlace } from '../../shared/messages/reservation.ts';
import { menuDialog } from '../../shared/screen/dialogs.ts';
import { ratedPower } from '../../shared/screen/format.ts';
import { formDialog, type FormField, type FormValues } from '../../shared/screen/form.ts';
import type { ListRow } from '../../shared/screen/paged-list.ts';
import type { Dialog, Host, KeyBinding } from '../../shared/screen/host.ts';
import { slotTime } from '../../shared/slot-time.ts';
import { formatDateTime, formatTime } from '../../shared/words/quantities.ts';
import { words } from '../../shared/words.ts';
import { DRIVER_LABELS } from './labels.ts';
import type { BookingWish, DriverActions, DriverScreenView, ReservationView } from './view.ts';

const L = DRIVER_LABELS.booking;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

type Start = { readonly values?: FormValues; readonly notice?: string | null };

/** `values`: what the form begins with; `notice`: why it is here again. */
export function bookingForm(
  host: Host<DriverScreenView>, actions: DriverActions, { values: given = {}, notice = null }: Start = {},
): Dialog {
  const view = host.view();
  return formDialog(host, {
    title: L.title,
    intro: (values) => [`${L.timesIn} ${zoneOf(values, view)}: ${L.timeHint}`],
    fields: fieldsOf(view, given),
    shows: isShown,
    submit: L.submit,
    notice: () => notice,
    onSubmit(values) {
      const wish = wishOf(values, view);
      if (typeof wish === 'string') return wish;
      if (values['then'] === 'free') void showFree(host, actions, values, wish);
      else {
        host.run(() => actions.book(wish), (result) => {
          if (result.ok) host.show('reservations');
          else host.open(bookingForm(host, actions, { values, notice: result.text }));
        });
      }
      return null;
    },
  });
}

function fieldsOf(view: DriverScreenView, given: FormValues): FormField[] {
  const types = CONNECTOR_TYPES.filter((type) => view.points.some((point) => point.connectorTypes.includes(type)));
  const text = (name: string, label: string, more: { value?: string; hint?: string; maxLength: number }): FormField =>
    ({ kind: 'text', name, label, ...more, value: given[name] ?? more.value ?? '' });
  const choice = (name: string, label: string, options: { value: string; label: string }[]): FormField =>
    ({ kind: 'choice', name, label, options, ...(given[name] === undefined ? {} : { value: given[name] }) });
  return [
    choice('site', L.site, view.sites.map(({ siteId, name }) => ({ value: siteId, label: `${siteId} ${name}` }))),
    text('point', L.point, { hint: L.anyPoint, maxLength: 64 }),
    text('connector', L.connector, { hint: L.anyConnector, maxLength: 2 }),
    choice('type', L.type, [{ value: '', label: L.any },
      ...types.map((type) => ({ value: type, label: words().connectorType[type] }))]),
    text('start', L.start, { value: 'now', maxLength: 30 }),
    text('minutes', L.minutes, { value: '60', maxLength: 4 }),
    choice('every', L.every, [{ value: '', label: L.once },
      ...REPEATS.map((every) => ({ value: every, label: DRIVER_LABELS.reservation.every[every] }))]),
    text('times', L.times, { value: '4', maxLength: 3 }),
    choice('then', L.then, [{ value: 'book', label: L.book }, { value: 'free', label: L.showFree }]),
  ];
}

function isShown(name: string, values: FormValues): boolean {
  const hasPoint = (values['point'] ?? '').trim() !== '';
  switch (name) {
    case 'connector': return hasPoint;
    case 'type': return !hasPoint;
    case 'times': return values['every'] !== '';
    default: return true;
  }
}

/** The site's, where it is known. */
function zoneOf(values: FormValues, { sites, points }: DriverScreenView): string {
  const point = points.find(({ pointId }) => pointId === (values['point'] ?? '').trim());
  const id = point?.siteId ?? values['site'];
  return sites.find(({ siteId }) => siteId === id)?.timeZone ?? ownZone();
}

function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** What was asked for, or what is wrong with it, in words. */
function wishOf(values: FormValues, view: DriverScreenView): BookingWish | string {
  const place = placeOf(values, view);
  if (typeof place === 'string') return place;
  const slot = slotOf(values, { nowMs: view.nowMs, timeZone: zoneOf(values, view) });
  if (typeof slot === 'string') return slot;
  const repeat = repeatOf(values);
  if (typeof repeat === 'string') return repeat;
  const type = connectorTypeSchema.safeParse(values['type']);
  const fit: Fit = { connectorType: place.kind === 'site' && type.success ? type.data : null, minPowerW: null };
  return { place, fit, repeat, ...slot };
}

function placeOf(values: FormValues, view: DriverScreenView): ReservedPlace | string {
  const point = (values['point'] ?? '').trim();
  if (point === '') {
    const site = view.sites.find(({ siteId }) => siteId === values['site']);
    return site === undefined ? DRIVER_LABELS.noPoints : { kind: 'site', siteId: site.siteId };
  }
  const parsed = pointIdSchema.safeParse(point);
  const connector = (values['connector'] ?? '').trim();
  if (!parsed.success) return L.pointWrong;
  if (connector !== '' && !/^[1-9]\d?$/.test(connector)) return L.connectorWrong;
  return { kind: 'point', pointId: parsed.data, connectorNo: connector === '' ? null : Number(connector) };
}

function slotOf(
  values: FormValues, at: { readonly nowMs: number; readonly timeZone: string },
): { beginsAtMs: number; endsAtMs: number } | string {
  const beginsAtMs = slotTime(values['start'] ?? '', at);
  if (beginsAtMs === null) return L.startWrong;
  const minutes = (values['minutes'] ?? '').trim();
  if (!/^[1-9]\d{0,3}$/.test(minutes)) return L.minutesWrong;
  return { beginsAtMs, endsAtMs: beginsAtMs + Number(minutes) * MINUTE_MS };
}

function repeatOf(values: FormValues): Repeat | null | string {
  const every = REPEATS.find((each) => each === values['every']);
  if (every === undefined) return null;
  const times = Number(values['times']);
  if (Number.isInteger(times) && times >= 2 && times <= LIMITS.occurrencesOfSeries) return { every, times };
  return `${L.timesWrong} ${LIMITS.occurrencesOfSeries}.`;
}

/** Free times of a day from what was entered on; the chosen one goes back into the form. */
async function showFree(
  host: Host<DriverScreenView>, actions: DriverActions, values: FormValues, { place, fit, ...slot }: BookingWish,
): Promise<void> {
  const page = await actions.freeSlots({
    ...(place.kind === 'site' ? { siteId: place.siteId } : { pointId: place.pointId }),
    ...(fit.connectorType === null ? {} : { connectorType: fit.connectorType }),
    sinceMs: slot.beginsAtMs, untilMs: slot.beginsAtMs + DAY_MS, lengthMs: slot.endsAtMs - slot.beginsAtMs,
  });
  const again = (more: FormValues, notice: string | null): void =>
    host.open(bookingForm(host, actions, { values: { ...values, then: 'book', ...more }, notice }));
  if (page.error !== null) return again({}, page.error);
  if (page.rows.length === 0) return again({}, L.nothingFree);
  const timeZone = zoneOf(values, host.view());
  host.open(menuDialog(host, {
    title: `${L.freeTimes} (${timeZone})`,
    items: page.rows.map((row, i): KeyBinding => ({
      key: i < 9 ? String(i + 1) : ' ', label: slotLabel(row, timeZone),
      run: () => again({
        point: String(row['pointId']), connector: String(row['connectorNo']),
        start: formatDateTime(upToMinute(Number(row['beginsAtMs'])), timeZone).slice(0, 16),
      }, null),
    })),
  }));
}

/** The form takes minutes: what is free from a second on is free from the next minute on. */
function upToMinute(atMs: number): number {
  return Math.ceil(atMs / MINUTE_MS) * MINUTE_MS;
}

function slotLabel(row: ListRow, timeZone: string): string {
  const [beginsAtMs, endsAtMs] = [upToMinute(Number(row['beginsAtMs'])), Number(row['endsAtMs'])];
  const type = connectorTypeSchema.safeParse(row['type']);
  return `${String(row['pointId'])}/${String(row['connectorNo'])}  `
    + `${formatDateTime(beginsAtMs, timeZone).slice(0, 16)} ${L.to} ${formatTime(endsAtMs, timeZone)}  `
    + `${type.success ? words().connectorType[type.data] : ''} ${ratedPower(Number(row['maxPowerW']))}`;
}

/** Another time or another connector for one that is booked. */
export function changeForm(
  host: Host<DriverScreenView>, actions: DriverActions, row: ReservationView,
  { values = {}, notice = null }: Start = {},
): Dialog {
  const { reservationId, pointId, connectorNo, beginsAtMs, endsAtMs, timeZone } = row;
  const text = (name: string, label: string, value: string, maxLength: number): FormField =>
    ({ kind: 'text', name, label, value: values[name] ?? value, maxLength });
  return formDialog(host, {
    title: `${L.change} ${reservationId}`,
    intro: () => [`${L.timesIn} ${timeZone}: ${L.timeHint}`],
    fields: [
      text('point', L.point, pointId, 64), text('connector', L.connector, String(connectorNo), 2),
      text('start', L.start, formatDateTime(beginsAtMs, timeZone).slice(0, 16), 30),
      text('minutes', L.minutes, String(Math.round((endsAtMs - beginsAtMs) / MINUTE_MS)), 4),
    ],
    focus: 2,
    submit: L.submitChange,
    notice: () => notice,
    onSubmit(entered) {
      const place = placeOf(entered, { ...host.view(), sites: [] });
      if (typeof place === 'string') return L.pointWrong;
      const slot = slotOf(entered, { nowMs: host.view().nowMs, timeZone });
      if (typeof slot === 'string') return slot;
      const isThere = place.kind === 'point' && place.pointId === pointId && place.connectorNo === connectorNo;
      host.run(() => actions.change({ reservationId, place: isThere ? null : place, ...slot }), (result) => {
        if (!result.ok) host.open(changeForm(host, actions, row, { values: entered, notice: result.text }));
      });
      return null;
    },
  });
}
