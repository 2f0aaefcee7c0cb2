// The one page of the notifier's screen: its links, what is under way, and the delivery log.
import { put, rule } from '../../shared/screen/canvas.ts';
import type { Page } from '../../shared/screen/host.ts';
import { clockTime } from '../../shared/screen/format.ts';
import { LABELS } from '../../shared/screen/labels.ts';
import { drawFact, drawMessages, linkSpans } from '../../shared/screen/panels.ts';
import { BAD, DIM, GOOD, type Style, WARN } from '../../shared/screen/style.ts';
import { createTable } from '../../shared/screen/table.ts';
import { NOTIFIER_LABELS as L } from './labels.ts';
import type { LoggedDelivery, NotifierView } from './view.ts';

const STYLES: Readonly<Record<string, Style>> = {
  sent: GOOD, failed: WARN, dead: BAD, expired: WARN, 'in-doubt': WARN, dropped: DIM, resend: DIM,
};

export function deliveriesPage(): Page<NotifierView> {
  const table = createTable<LoggedDelivery>({
    keyOf: (row) => String(row.entry),
    empty: L.empty,
    columns: [
      { title: L.when, width: 8, text: (row) => clockTime(row.atMs) },
      { title: L.outcome, width: 8, text: (row) => row.outcome, style: (row) => STYLES[row.outcome] ?? DIM },
      { title: L.channel, width: 7, text: (row) => row.channel },
      { title: L.kind, width: 20, text: (row) => row.kind },
      { title: L.to, width: 14, grows: true, text: (row) => row.userId ?? row.target },
      { title: L.detail, width: 12, grows: true, from: 100, text: (row) => row.detail },
    ],
  });
  return {
    id: 'deliveries',
    title: L.page,
    draw(canvas, area, view) {
      const facts = { ...area, x: area.x + 1, width: area.width - 2, height: 1 };
      let y = drawFact(canvas, facts, LABELS.central, linkSpans(view.central, view.nowMs));
      y = drawFact(canvas, { ...facts, y }, L.bus, [view.busUp
        ? { text: view.brokers, style: GOOD } : { text: L.busDown, style: BAD }]);
      y = drawFact(canvas, { ...facts, y }, L.channels, [view.channels.length === 0
        ? { text: L.none, style: BAD } : { text: view.channels.join(', ') }]);
      if (view.endpoints.length > 0) {
        y = drawFact(canvas, { ...facts, y }, L.webhooks, [{ text: view.endpoints.join(', ') }]);
      }
      y = drawFact(canvas, { ...facts, y }, L.now, [{
        text: `${view.open} ${L.open}, ${view.waiting} ${L.waiting}, ${view.sending} ${L.sending}, `
          + `${view.failed} ${L.failed}`,
      }]);
      rule(canvas, { ...area, y, height: 1 }, L.page);
      const rows = area.y + area.height - y - 1;
      const messages = Math.max(3, Math.min(8, Math.floor(rows / 3)));
      table.draw(canvas, { ...area, y: y + 1, height: rows - messages }, view.log);
      drawMessages(canvas, { ...area, y: y + 1 + rows - messages, height: messages }, view.messages);
      if (view.unread > 0) put(canvas, area.x + 1, y, ` ${view.unread} ${L.unread} `, BAD);
    },
    keys: () => [{ key: '/', label: LABELS.filter, run: () => table.filter.editing = true }],
    onKey: (event) => table.onKey(event),
  };
}
