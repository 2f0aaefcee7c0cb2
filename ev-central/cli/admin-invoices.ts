// `admin invoices`, `admin invoice`, `admin billing`: the lists and documents, and how a payer is billed. `verify`
// reads the database of this machine, beside a running EV_Central or without one.
import type { Command } from 'commander';
import { invoiceFaultText, checkInvoices, type InvoiceReport } from '../core/invoice-check.ts';
import { invoicePdf } from '../documents/invoice-pdf.ts';
import {
  type BillingDetails, billingDetailsSchema, type Invoice, INVOICE_POLICIES, invoiceSchema, type InvoiceTicket,
  invoiceTicketSchema,
} from '../../shared/messages/invoice.ts';
import { formatMoney } from '../../shared/money.ts';
import { formatDateTime } from '../../shared/words/quantities.ts';
import { type Account, walletName } from '../../shared/account.ts';
import { find } from './admin-registry.ts';
import { insistOnWallet, walletOf } from './admin-wallet.ts';
import { TOOL_EXIT } from './exit-status.ts';
import { writePrivate } from './private-file.ts';
import { withStore } from './local-store.ts';
import { giveOrder, type OrderDesk, readList } from './order-desk.ts';
import { printJson, printList, printRow } from './output.ts';
import type { Own, Tool } from './tool-action.ts';
import { guarded, report, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions, readToolOptions, type ToolOptions } from './tool-options.ts';
import { checkedOrder, textOf, textsOf } from './typed-options.ts';

const many = (value: string, before: string[] = []): string[] => [...before, value];

export function addInvoiceCommands(admin: Command): void {
  const invoices = addToolOptions(admin.command('invoices').description('the invoices and credit notes, newest first')
    .option('--user <id>', 'that she pays').option('--group <id>', 'that it pays')
    .option('--month <month>', "issued in it, such as 2026-11, by the issuer's zone"))
    .action(withDesk(listInvoices));
  addToolOptions(invoices.command('verify')
    .description('numbers without gaps, sums, each ticket on one invoice, credit notes as the ledger gave back; '
      + '0 right, 3 broken')).action(verify);
  const invoice = addToolOptions(admin.command('invoice <number>')
    .description('one of them: in short, as data (--json), or as a document')
    .option('--pdf <file>', 'writes the document')).action(withDesk(showInvoice));
  addToolOptions(invoice.command('month <payer> <month>')
    .description('invoices what waits of a month such as 2026-03 now; the payer is a group, or user:ID'))
    .action(withDesk(async ({ desk, options }, [payer = '', month = '']) => {
      report(await giveOrder(desk, checkedOrder({ kind: 'invoice-month', payer: groupOrUser(payer), month })), options);
    }));
  addToolOptions(admin.command('billing <payer>')
    .description('how a payer (a user, or group:ID) is billed: shows it, or changes what is given')
    .option('--policy <policy>', `${INVOICE_POLICIES.join(', ')}, or issuer: as the issuer's file says`)
    .option('--name <text>', 'of the person or company; "" takes it away')
    .option('--address <line>', 'once for each line; "" alone takes it away', many)
    .option('--vat-id <text>', '"" takes it away')).action(withDesk(changeBilling));
}

async function listInvoices({ desk, options }: Tool, _args: readonly string[], own: Own): Promise<void> {
  const [userId, groupId, month] = [textOf(own, 'user'), textOf(own, 'group'), textOf(own, 'month')];
  if (month !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) {
    throw new UsageError(`--month: "${month}" is no month: write it as 2026-11`);
  }
  const rows = (await readList(desk, 'invoices', {
    ...(userId === undefined ? {} : { userId }), ...(groupId === undefined ? {} : { groupId }),
  }))
    .map((row) => invoiceSchema.parse(row))
    .filter(({ issuedAtMs, timeZone }) => month === undefined
      || formatDateTime(issuedAtMs, timeZone).slice(0, 7) === month);
  if (options.json) return printJson(rows);
  printList(rows.map(shortRow), options);
}

function shortRow({ number, issuedAtMs, timeZone, payer, ticketCount, totalMinor, currency, corrects }: Invoice) {
  return {
    number, date: formatDateTime(issuedAtMs, timeZone).slice(0, 10), payer: walletName(payer), tickets: ticketCount,
    total: formatMoney(totalMinor, currency), corrects,
  };
}

async function showInvoice({ desk, options }: Tool, [number = '']: readonly string[], own: Own): Promise<void> {
  const file = textOf(own, 'pdf');
  if (file === '') throw new UsageError('--pdf is empty: name a file');
  const { invoice, tickets } = await readInvoice(desk, number);
  if (file !== undefined) writePrivate(file, await invoicePdf(invoice, tickets));
  if (options.json) return printJson({ ...invoice, tickets, ...(file === undefined ? {} : { file }) });
  if (file === undefined) return printRow(shortRow(invoice), options);
  process.stdout.write(`${number} is in ${file}\n`);
}

async function readInvoice(
  desk: OrderDesk, number: string,
): Promise<{ invoice: Invoice; tickets: InvoiceTicket[] }> {
  const invoice = invoiceSchema.parse(await find(desk, 'invoices', 'number', number));
  const rows = await readList(desk, 'invoice-tickets', { number });
  return { invoice, tickets: rows.map((row) => invoiceTicketSchema.parse(row)) };
}

async function verify(...given: unknown[]): Promise<void> {
  const command = given.at(-1) as Command;
  await guarded(async () => {
    const options = readToolOptions(command);
    if (options.remote) {
      throw new UsageError('this reads the database: run it on the machine of EV_Central, without --central and '
        + '--login');
    }
    await withStore(options, (store) => reportCheck(checkInvoices(store.invoiceBooks()), options));
  });
}

function reportCheck(checked: InvoiceReport, { json }: ToolOptions): void {
  const { faults, ...counts } = checked;
  if (faults.length > 0) process.exitCode = TOOL_EXIT.broken;
  const texts = faults.map(invoiceFaultText);
  if (json) {
    return printJson({
      outcome: faults.length === 0 ? 'sound' : 'broken', ...counts,
      faults: faults.map((fault, i) => ({ ...fault, text: texts[i] })),
    });
  }
  const { invoices, creditNotes, tickets, waiting, notInvoiced } = counts;
  process.stdout.write(`${invoices} invoices and ${creditNotes} credit notes over ${tickets} tickets; ${waiting} `
    + `tickets wait for the end of their month, ${notInvoiced} are not to be invoiced\n`);
  if (faults.length === 0) {
    process.stdout.write('sound: numbers without gaps, sums that add up, each ticket once, credit notes as the ledger '
      + 'gave back\n');
  } else process.stderr.write(`broken: ${texts[0] ?? ''}\n`);
  if (faults.length > 1) process.stderr.write(`${faults.length} faults in all; --json names each\n`);
}

/** A group by its id: groups are billed by the month. `user:ID` is a user. */
function groupOrUser(text: string): Account {
  if (text.startsWith('wallet:') || text.startsWith('group:')) return walletOf(text);
  return walletOf(text.startsWith('user:') ? text.slice('user:'.length) : `group:${text}`);
}

async function changeBilling({ desk, options }: Tool, [name = '']: readonly string[], own: Own): Promise<void> {
  const payer = walletOf(name);
  const rows = await readList(desk, 'billing-details', { payer });
  const known = rows[0] === undefined ? null : billingDetailsSchema.parse(rows[0]);
  const change = billingChange(own);
  if (Object.keys(change).length === 0) {
    if (known === null) await insistOnWallet(desk, payer);
    return printRow(known ?? { ...NO_DETAILS, payer }, options);
  }
  const details = { ...NO_DETAILS, ...known, ...change, payer };
  report(await giveOrder(desk, checkedOrder({ kind: 'put-billing-details', details })), options);
}

const NO_DETAILS: Omit<BillingDetails, 'payer'> = { policy: null, name: null, address: [], vatId: null };

function billingChange(own: Own): Partial<BillingDetails> {
  const [policy, name, vatId, address] = [
    textOf(own, 'policy'), textOf(own, 'name'), textOf(own, 'vatId'), textsOf(own, 'address'),
  ];
  const known = INVOICE_POLICIES.find((each) => each === policy) ?? null;
  if (policy !== undefined && policy !== 'issuer' && known === null) {
    throw new UsageError(`--policy: "${policy}" is none of ${INVOICE_POLICIES.join(', ')}, issuer`);
  }
  return {
    ...(policy === undefined ? {} : { policy: known }),
    ...(name === undefined ? {} : { name: name === '' ? null : name }),
    ...(address === undefined ? {} : { address: address.filter((line) => line !== '') }),
    ...(vatId === undefined ? {} : { vatId: vatId === '' ? null : vatId }),
  };
}
