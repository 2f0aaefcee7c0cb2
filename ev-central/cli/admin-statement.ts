// `admin statement`: a month of a wallet, printed, as data, as a table or as a document. It reads the database of this
// machine, beside a running EV_Central or without one.
import type { Command } from 'commander';
import { systemClock } from '../../shared/clock.ts';
import { type Currency, currencySchema, formatMoney } from '../../shared/money.ts';
import { isZone, monthBounds, monthOf } from '../../shared/zone.ts';
import { CENTRAL_SETTINGS } from '../config.ts';
import { type Statement, type StatementDocument, statementDocument, statementZone } from '../core/statement.ts';
import { statementPdf } from '../documents/statement-pdf.ts';
import { readIssuer } from '../issuer-file.ts';
import type { Store } from '../store/store.ts';
import { walletOf } from './admin-wallet.ts';
import { timeText } from './audit-export.ts';
import { onStore } from './local-store.ts';
import { ListRefused } from './order-desk.ts';
import { printJson } from './output.ts';
import { writePrivate } from './private-file.ts';
import { statementCsv } from './statement-csv.ts';
import { type Own, UsageError } from './tool-action.ts';
import { addToolOptions, type ToolOptions } from './tool-options.ts';
import { textOf } from './typed-options.ts';

type Choice = {
  readonly wallet: string; readonly month: string | undefined; readonly zone: string | undefined;
  readonly currency: Currency | undefined; readonly issuerFile: string | null;
};
type Files = { readonly csv: string | undefined; readonly pdf: string | undefined };

export function addStatementCommand(admin: Command): void {
  addToolOptions(admin.command('statement <wallet> [month]')
    .description('a month of a wallet (a user, or group:ID): balance before, movements, sums by kind, balance after')
    .option('--month <month>', 'such as 2026-03; without it the one that runs')
    .option('--currency <code>', 'only what happened in this one')
    .option('--zone <name>', "the time zone in which the month begins (default: the owner's, the issuer's, or UTC)")
    .option('--issuer <file>', `whose name stands on the document (env ${CENTRAL_SETTINGS.issuer.env})`)
    .option('--csv <file>', 'writes a table').option('--pdf <file>', 'writes the document'))
    .action(onStore((own, [wallet = '', month]) => {
      const choice = choiceOf(own, wallet, month);
      const files = { csv: fileOf(own, 'csv'), pdf: fileOf(own, 'pdf') };
      return (store, options) => show(readStatement(store, choice), files, options);
    }, '"ctl ledger --user ID" lists movements from anywhere, and the REST API has statements'));
}

function choiceOf(own: Own, wallet: string, typed: string | undefined): Choice {
  walletOf(wallet);
  const [option, zone, code] = [textOf(own, 'month'), textOf(own, 'zone'), textOf(own, 'currency')];
  if (typed !== undefined && option !== undefined && typed !== option) {
    throw new UsageError(`the month is ${typed} and --month ${option}: name one`);
  }
  const month = option ?? typed;
  if (zone !== undefined && !isZone(zone)) throw new UsageError(`--zone: ${zone} is no time zone`);
  if (month !== undefined && monthBounds('UTC', month) === undefined) {
    throw new UsageError(`"${month}" is no month: write it as 2026-03`);
  }
  const currency = code === undefined ? undefined : currencySchema.safeParse(code);
  if (currency?.success === false) throw new UsageError(`--currency: "${code ?? ''}" is no currency such as EUR`);
  return {
    wallet, month, zone, currency: currency?.data,
    issuerFile: textOf(own, 'issuer') ?? process.env[CENTRAL_SETTINGS.issuer.env] ?? null,
  };
}

function fileOf(own: Own, name: 'csv' | 'pdf'): string | undefined {
  const file = textOf(own, name);
  if (file === '') throw new UsageError(`--${name} is empty: name a file`);
  return file;
}

function readStatement(store: Store, { wallet, month: given, zone, currency, issuerFile }: Choice): StatementDocument {
  const account = walletOf(wallet);
  const issuer = readIssuer(issuerFile);
  const owner = store.walletOwner(account);
  const timeZone = statementZone(zone, owner, issuer);
  const now = systemClock.now();
  const month = given ?? monthOf(timeZone, now);
  const span = monthBounds(timeZone, month);
  if (span === undefined) throw new UsageError(`"${month}" is no month: write it as 2026-03`);
  const statements = store.statement(account, span);
  // Whoever is gone may have had movements.
  if (owner === undefined && statements.length === 0) throw new ListRefused(`there is no ${account}, and was none`);
  return statementDocument(account, { month, timeZone, span, now, owner, issuer, currency, statements });
}

async function show(document: StatementDocument, { csv, pdf }: Files, { json }: ToolOptions): Promise<void> {
  const { account, month, timeZone, startMs, untilMs, isOver, statements } = document;
  if (csv !== undefined) writePrivate(csv, statementCsv(document));
  if (pdf !== undefined) writePrivate(pdf, await statementPdf(document));
  const files = [csv, pdf].filter((file) => file !== undefined);
  if (json) {
    return printJson({
      account, month, timeZone, from: timeText(startMs), to: timeText(untilMs), isOver, statements,
      ...(files.length === 0 ? {} : { files }),
    });
  }
  if (files.length > 0) return void process.stdout.write(`${account}, ${month}: ${files.join(', ')}\n`);
  process.stdout.write(`${account}, ${month} (${timeZone})${isOver ? '' : ', not over yet'}\n`);
  for (const statement of statements) process.stdout.write(`${statementText(statement).join('\n')}\n`);
}

/** A statement in lines, for people. */
export function statementText({ currency, openingMinor, lines, sums, closingMinor }: Statement): string[] {
  const money = (minor: number): string => formatMoney(minor, currency);
  return [
    `before: ${money(openingMinor)}`,
    ...lines.map(({ atMs, kind, amountMinor, balanceMinor, reason }) =>
      `${timeText(atMs)}  ${kind}  ${money(amountMinor)}  ${money(balanceMinor)}  ${reason}`),
    ...sums.map(({ kind, count, amountMinor }) => `${kind} (${count}): ${money(amountMinor)}`),
    `after: ${money(closingMinor)}`,
  ];
}
