// Times and quantities as screens show them: short, in the machine's own time zone.

const two = (n: number): string => String(n).padStart(2, '0');

/** `12:31:05`. */
export function clockTime(atMs: number): string {
  const at = new Date(atMs);
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `2026-11-21`. */
export function calendarDate(atMs: number): string {
  const at = new Date(atMs);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** `2026-11-21 12:31:05`. */
export function dateAndTime(atMs: number): string {
  return `${calendarDate(atMs)} ${clockTime(atMs)}`;
}

/** The time today, the date and time on another day. */
export function shortTime(atMs: number, nowMs: number): string {
  return calendarDate(atMs) === calendarDate(nowMs) ? clockTime(atMs) : dateAndTime(atMs);
}

/** `8 s`, `3 min`, `2 h 05`, `3 d`; never negative. */
export function age(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${two(minutes % 60)}` : `${Math.floor(hours / 24)} d`;
}

/** `4.12 kWh`: two digits, cut, for live figures. Bills show the exact Wh. */
export function energy(energyWh: number): string {
  const hundredths = Math.floor(energyWh / 10);
  return `${Math.floor(hundredths / 100)}.${two(hundredths % 100)} kWh`;
}

/** `11.0 kW`. */
export function power(powerW: number): string {
  return `${(powerW / 1000).toFixed(1)} kW`;
}

/** `22 kW`, `3.7 kW`: what a connector can do. */
export function ratedPower(powerW: number): string {
  return powerW % 1000 === 0 ? `${powerW / 1000} kW` : power(powerW);
}
