// `admin recompute`: makes tickets again from the stored meter values and the stored tariff, and says line by line
// whether they agree.
import type { Command } from 'commander';
import { sessionId } from '../../shared/ids.ts';
import type { TicketLine } from '../../shared/messages/ticket-line.ts';
import type { Store } from '../store/store.ts';
import { TOOL_EXIT } from './exit-status.ts';
import { lineText } from './line-text.ts';
import { withStore } from './local-store.ts';
import { printJson } from './output.ts';
import type { TicketCheck } from './ticket-check.ts';
import { checkTickets } from './ticket-check.ts';
import { guarded, UsageError } from './tool-action.ts';
import { addToolOptions, readToolOptions } from './tool-options.ts';

/** How many tickets that differ are shown; the number of all is in the summary. */
const SHOWN = 50;

export function addRecomputeCommand(admin: Command): void {
  addToolOptions(admin.command('recompute [session]')
    .description('makes tickets again from the stored meter values and compares; 0 when all are the same, else 3')
    .option('--all', 'every ticket'))
    .action(async (...given: unknown[]) => {
      const command = given.at(-1) as Command;
      await guarded(() => withStore(readToolOptions(command), (store, { json }) => {
        const one = command.args[0];
        if ((one === undefined) === (command.opts()['all'] !== true)) {
          throw new UsageError('name a session, or give --all');
        }
        const checks = (one === undefined ? sessionsWithTickets(store) : [one])
          .flatMap((id) => checkTickets(store, sessionId(id)) ?? [null]);
        if (one !== undefined && checks[0] === null) throw new UsageError(`session ${one} has no ticket`);
        report(checks.filter((check) => check !== null), { json, isOne: one !== undefined });
      }));
    });
}

function sessionsWithTickets(store: Store): string[] {
  const sessions = new Set<string>();
  let after: string | null = null;
  do {
    const page = store.query('tickets', {}, after, 500);
    for (const row of page.rows) sessions.add(String(row['sessionId']));
    after = page.next;
  } while (after !== null);
  return [...sessions];
}

function report(checks: readonly TicketCheck[], { json, isOne }: { json: boolean; isOne: boolean }): void {
  const different = checks.filter((check) => !check.same);
  if (different.length > 0) process.exitCode = TOOL_EXIT.broken;
  if (json) {
    const outcome = different.length === 0 ? 'done' : 'refused';
    return printJson({ outcome, tickets: checks.length, different, ...(isOne ? { checks } : {}) });
  }
  for (const check of isOne ? checks : different.slice(0, SHOWN)) process.stdout.write(`${ticketLines(check)}\n`);
  process.stdout.write(`${checks.length} tickets made again from their meter values, ${different.length} differ\n`);
}

function ticketLines(check: TicketCheck): string {
  const { ticketId, sessionId: session, tariff, same, isOld, lines, stored, recomputed } = check;
  const figure = (what: string, was: number, is: number): string =>
    `  ${mark(was === is)} ${what.padEnd(22)} ${was === is ? was : `stored ${was}, recomputed ${is}`}`;
  return [
    `${ticketId} of session ${session}, tariff ${tariff}: ${same ? 'the same' : 'DIFFERS'}`,
    ...(isOld ? ['  - made before OCPI tariffs, by bands of the day: only energy and total are compared'] : []),
    ...lines.map((line) => `  ${mark(line.same)} ${line.same ? textOf(line.stored)
      : `stored ${textOf(line.stored)}, recomputed ${textOf(line.recomputed)}`}`),
    figure('energy, Wh', stored.energyWh, recomputed.energyWh),
    ...(isOld ? [] : [figure('VAT, minor units', vatMinor(stored), vatMinor(recomputed))]),
    figure('total, minor units', stored.totalMinor, recomputed.totalMinor),
    ...(stored.priced === undefined && recomputed.priced === undefined ? [] : [
      figure('in its own currency', stored.priced?.totalMinor ?? 0, recomputed.priced?.totalMinor ?? 0)]),
  ].join('\n');
}

function mark(same: boolean): string {
  return same ? 'ok' : 'NO';
}

function textOf(line: TicketLine | null): string {
  return line === null ? 'nothing' : lineText(line);
}

function vatMinor({ vat }: TicketCheck['stored']): number {
  return vat.reduce((sum, part) => sum + part.vatMinor, 0);
}
