// `admin rates`: exchange rates by the day, for wallets in another currency than a tariff.
import type { Command } from 'commander';
import { LIMITS } from '../../shared/limits.ts';
import { readList } from './order-desk.ts';
import { printJson, printList } from './output.ts';
import { TOOL_EXIT } from './exit-status.ts';
import { readRatesFile } from './rates-file.ts';
import { withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, textOf } from './typed-options.ts';

export function addRatesCommands(admin: Command): void {
  const rates = admin.command('rates')
    .description('exchange rates by the day: a wallet pays a tariff in another currency');
  addToolOptions(rates.command('import <file>')
    .description('takes rates in from a CSV with the columns date, base, quote and rate (one base is so many quote)'))
    .action(withDesk(async ({ desk, options }, [file = '']) => {
      const all = readRatesFile(file);
      const pages = Array.from({ length: Math.ceil(all.length / LIMITS.ratesAtOnce) },
        (_none, i) => all.slice(i * LIMITS.ratesAtOnce, (i + 1) * LIMITS.ratesAtOnce));
      const outcomes = await desk.orders(pages.map((page) =>
        checkedOrder({ kind: 'put-exchange-rates', rates: page })));
      const refused = outcomes.filter(({ outcome }) => outcome === 'refused');
      if (refused.length > 0) process.exitCode = TOOL_EXIT.refused;
      if (options.json) {
        const outcome = refused.length === 0 ? 'done' : 'refused';
        return printJson({ outcome, texts: outcomes.map(({ text }) => text) });
      }
      for (const { outcome, text } of outcomes) {
        (outcome === 'done' ? process.stdout : process.stderr).write(`${text}\n`);
      }
    }));
  addToolOptions(rates.command('list').description('lists rates, the newest first')
    .option('--base <code>').option('--quote <code>').option('--date <day>', 'such as 2026-11-27'))
    .action(withDesk(async ({ desk, options }, _args, own) => {
      const filter = Object.fromEntries(['base', 'quote', 'date'].flatMap((name) => {
        const value = textOf(own, name);
        return value === undefined ? [] : [[name, value] as const];
      }));
      printList(await readList(desk, 'exchange-rates', filter), options);
    }));
}
