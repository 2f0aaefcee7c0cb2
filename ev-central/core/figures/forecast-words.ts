// What is said of how good a site's forecast is.
type Row = Readonly<Record<string, unknown>>;

/** Of the row by `total`. */
export function errorWords(row: Row): string {
  const of = (name: string): number | null => {
    const value = row[name];
    return typeof value === 'number' ? value : null;
  };
  const [weeks, needed, heldBack] = [of('weeks') ?? 0, of('weeksNeeded') ?? 0, of('heldBackWeeks') ?? 0];
  if (weeks < needed) {
    const readyOn = typeof row['readyOn'] === 'string' ? `: ask from ${row['readyOn']} on` : '';
    return `There is no forecast yet: this site has charged for ${weeks} whole ${weeks === 1 ? 'week' : 'weeks'}, `
      + `and a forecast needs ${needed}${readyOn}.`;
  }
  if (heldBack === 0) {
    return `Made of ${weeks} whole weeks of this site. How far off it is, they do not tell yet: that takes one `
      + 'week more.';
  }
  const pair = (ours: string, last: string, unit: 'kWh' | 'h'): string =>
    `${short(of(ours), unit)} (the same hour last week: ${short(of(last), unit)})`;
  return `Made of ${weeks} whole weeks of this site. Its last ${heldBack} weeks, each forecast from those before it, `
    + `were off by ${pair('maeWh', 'lastWeekMaeWh', 'kWh')} an hour on average, by the root mean square `
    + `${pair('rmseWh', 'lastWeekRmseWh', 'kWh')}, and the peak hour of a day by `
    + `${pair('peakHourMae', 'lastWeekPeakHourMae', 'h')}.`;
}

function short(value: number | null, unit: 'kWh' | 'h'): string {
  if (value === null) return '–';
  return unit === 'kWh' ? `${(value / 1_000).toFixed(3)} kWh` : `${value.toFixed(2)} h`;
}
