// A line of a ticket on one line of a terminal: `Energy           10.000 kWh x 0.42/kWh = 4.20`.
import type { TicketLine } from '../../shared/messages/ticket-line.ts';
import { words } from '../../shared/words.ts';
import { formatMicros, lineFigures, lineHour } from '../../shared/words/quantities.ts';

export function lineText(line: TicketLine): string {
  const { quantity, amountMicros } = lineFigures(line);
  const hour = lineHour(line);
  const series = 'series' in line ? line.series : undefined;
  const source = series === undefined ? '' : `  (${hour === '' ? 'no hour' : hour} of ${series})`;
  return `${words().ticketLine[line.kind].padEnd(16)} ${quantity} = ${formatMicros(amountMicros)}${source}`;
}
