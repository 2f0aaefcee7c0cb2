// What scripts have in common that give orders about what is the driver's own, and read lists of it. An order is given
// again under its id when the link was lost before its answer: EV_Central carries it out once.
import type { OperatorOrderResult } from '../shared/messages/operator-order-result.ts';
import type { Order } from '../shared/messages/orders.ts';
import { type ListAsked, sentence } from './client-state.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import type { Run } from './scripts.ts';

const ANSWER_MS = 15_000;

export type Rows = readonly Readonly<Record<string, unknown>>[];

/** Gives one order and prints what became of it. `lookAt`: the subcommand that shows it when no answer came. */
export async function giveOrder(
  run: Run, order: Order, { timeoutMs, lookAt }: { readonly timeoutMs: number | null; readonly lookAt: string },
): Promise<ExitStatus> {
  const { client, events } = run;
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
  }, timeoutMs ?? ANSWER_MS);
  const answer = result();
  if (answer === undefined) {
    const text = `No answer: look at ev-driver ${lookAt} before you ask again.`;
    run.say('result', { outcome: 'timed-out', orderId: id, text }, text);
    return EXIT.timedOut;
  }
  const { outcome, text, lines } = answer;
  run.say('result', { outcome, text, lines }, [sentence(text),
    ...lines.map((line) => `  ${line.what}  ${line.outcome}`)].join('\n'));
  return outcome === 'done' ? EXIT.completed : EXIT.refused;
}

/** The rows of a list; null when there is none, which is said. */
export async function listOf(
  run: Run, list: ListAsked, filter: Readonly<Record<string, string | number>>,
): Promise<Rows | null> {
  // The last: a script may ask for a list again, after an order.
  const before = run.events.length;
  const answer = (): { error: string | null; rows: Rows } | undefined =>
    run.events.slice(before).flatMap((event) => (event.kind === 'list' && event.list === list ? [event] : []))[0];
  run.client.handle({ kind: 'list', list, filter });
  await run.until(() => answer() !== undefined, ANSWER_MS);
  const found = answer();
  if (found !== undefined && found.error === null) return found.rows;
  const text = found?.error ?? 'EV_Central did not answer in time';
  run.say('result', { outcome: 'refused', text }, sentence(text));
  return null;
}

function countLogIns({ events }: Run): number {
  return events.filter((event) => event.kind === 'logged-in').length;
}
