// A connector's day as a line of characters: booked, in use, nobody came, free; and the hours above it.
import type { Reservation } from '../../shared/messages/reservation.ts';
import { formatTime } from '../../shared/words/quantities.ts';

export type Day = { readonly startMs: number; readonly endMs: number; readonly timeZone: string };
/** What a cell of the day stands for: so many milliseconds, and how many of them the day has. */
export type Cells = { readonly stepMs: number; readonly count: number };
type Booked = Pick<Reservation, 'beginsAtMs' | 'endsAtMs' | 'state'>;

const MINUTE_MS = 60_000;
/** From coarse to fine: the finest that has room is taken. */
const STEPS_MINUTES = [60, 30, 20, 15, 10] as const;

/** Each differs by its character, not by colour alone. A later one hides an earlier one in its cell. */
export const MARKS = { free: '·', booked: '▒', missed: 'x', used: '█' } as const;

export function cellsFor({ startMs, endMs }: Day, width: number): Cells {
  const fits = STEPS_MINUTES.filter((minutes) => (endMs - startMs) / (minutes * MINUTE_MS) <= width);
  const stepMs = (fits.at(-1) ?? STEPS_MINUTES[0]) * MINUTE_MS;
  return { stepMs, count: Math.ceil((endMs - startMs) / stepMs) };
}

/** `running`: since when a charge runs there; null: none does. */
export function dayLine(
  rows: readonly Booked[], day: Day, cells: Cells,
  { running, nowMs }: { readonly running: number | null; readonly nowMs: number },
): string {
  const line = new Array<string>(cells.count).fill(MARKS.free);
  const mark = (fromMs: number, toMs: number, char: string): void => {
    const first = Math.max(0, Math.floor((fromMs - day.startMs) / cells.stepMs));
    const end = Math.min(cells.count, Math.ceil((toMs - day.startMs) / cells.stepMs));
    for (let i = first; i < end; i++) line[i] = char;
  };
  for (const kind of ['booked', 'missed', 'used'] as const) {
    for (const row of rows) if (markOf(row) === kind) mark(row.beginsAtMs, row.endsAtMs, MARKS[kind]);
  }
  if (running !== null) mark(running, nowMs, MARKS.used);
  return line.join('');
}

/** What a reservation is in the calendar; null: it is not there any more. */
function markOf({ state }: Booked): 'booked' | 'missed' | 'used' | null {
  switch (state) {
    case 'booked': case 'active': return 'booked';
    case 'checked-in': case 'fulfilled': return 'used';
    case 'no-show': case 'expired': return 'missed';
    case 'cancelled': return null;
  }
}

/** The hours above the lines, and `v` where it is now. */
export function hoursLine({ startMs, endMs, timeZone }: Day, { stepMs, count }: Cells, nowMs: number): string {
  const line = new Array<string>(count).fill(' ');
  let free = 0;
  for (let i = 0; i < count; i++) {
    const [hour = '', minute] = formatTime(startMs + i * stepMs, timeZone).split(':');
    if (minute !== '00' || i < free || i + 2 > count) continue;
    line.splice(i, 2, ...hour);
    free = i + 3;
  }
  if (nowMs >= startMs && nowMs < endMs) line[Math.floor((nowMs - startMs) / stepMs)] = 'v';
  return line.join('').slice(0, count);
}
