// `admin series`: prices per hour from a CSV, which tariffs name. What is imported makes the next version.
import type { Command } from 'commander';
import { currencySchema } from '../../shared/money.ts';
import { addRemove } from './admin-registry.ts';
import { giveOrder, ListRefused, readList, type Row } from './order-desk.ts';
import { printList, printRow } from './output.ts';
import { readSeriesFile } from './series-file.ts';
import { report, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, needText } from './typed-options.ts';

const COLUMNS = ['seriesId', 'version', 'currency', 'hours', 'beginsAtMs', 'endsAtMs', 'putAtMs'];

export function addSeriesCommands(admin: Command): void {
  const series = admin.command('series').description('prices per hour, in versions, that tariffs name (price_series)');
  addToolOptions(series.command('import <id> <file>')
    .description('takes hours in from a CSV with the columns from, price and, if it says so, currency; a price is of a '
      + 'kWh without VAT')
    .requiredOption('--currency <code>', 'of all its prices'))
    .action(withDesk(async ({ desk, options }, [id = '', file = ''], own) => {
      const currency = currencySchema.safeParse(needText(own, 'currency'));
      if (!currency.success) throw new UsageError('--currency is a code such as EUR');
      const run = readSeriesFile(file, currency.data);
      const hours = { seriesId: id, currency: currency.data, ...run };
      report(await giveOrder(desk, checkedOrder({ kind: 'put-price-series', hours })), options);
    }));
  addToolOptions(series.command('list').description('lists all'))
    .action(withDesk(async ({ desk, options }) => {
      printList(await readList(desk, 'price-series'), options, COLUMNS);
    }));
  addToolOptions(series.command('show <id>').description('shows the hours of the newest version'))
    .action(withDesk(async ({ desk, options }, [id = '']) => {
      const row: Row | undefined = (await readList(desk, 'price-series', { seriesId: id }))[0];
      if (row === undefined) throw new ListRefused(`no such price series: ${id}`);
      printRow(row, options);
    }));
  addRemove(series, (id) => checkedOrder({ kind: 'remove-price-series', seriesId: id }));
}
