// `admin ledger`: do the books add up, and the books as a file. Both read the database of this machine, beside a
// running EV_Central or without one.
import type { Command } from 'commander';
import { accountSchema } from '../../shared/account.ts';
import type { Currency } from '../../shared/money.ts';
import { formatMoney } from '../../shared/money.ts';
import { creditFaultText, type CreditRule } from '../core/invoice-check.ts';
import type { LedgerFault, LedgerReport, LedgerRule } from '../store/store.ts';
import { EXPORT_FORMATS, formatOf, intoFile, toStdout } from './audit-export.ts';
import { TOOL_EXIT } from './exit-status.ts';
import { exportLedger } from './ledger-export.ts';
import { onStore } from './local-store.ts';
import { printJson } from './output.ts';
import type { Own } from './tool-action.ts';
import { UsageError } from './tool-action.ts';
import type { ToolOptions } from './tool-options.ts';
import { addTimeOptions, addToolOptions } from './tool-options.ts';
import { textOf, timesOf } from './typed-options.ts';

const ELSEWHERE = '"ctl ledger" lists it from anywhere';

export function addLedgerCommands(admin: Command): void {
  const ledger = admin.command('ledger').description('the ledger: whether it adds up, and as a file');
  addToolOptions(ledger.command('verify')
    .description('checks movements, balances, holds, tickets and credit notes against each other, and names the first '
      + 'that is wrong; 0 sound, 3 broken'))
    .action(onStore(() => (store, options) => reportLedger(store.verifyLedger(), options), ELSEWHERE));
  addTimeOptions(addToolOptions(ledger.command('export')
    .description('writes the movements, oldest first')
    .option('--user <id>', 'what touched the wallet of this user')
    .option('--group <id>', 'what touched the wallet of this group')
    .option('--account <name>', 'what touched this account, such as revenue:ALC-CENTRO or vat')
    .option('--format <name>', EXPORT_FORMATS.join(' or '), 'csv')
    .option('--output <file>', 'into this file, for its owner alone (0600), instead of printing it')))
    .action(onStore((own) => {
      const given = { filter: { ...timesOf(own), ...filterOf(own) }, format: formatOf(textOf(own, 'format')) };
      const file = textOf(own, 'output');
      if (file === '') throw new UsageError('--output is empty: name a file');
      return async (store, { json }) => {
        const movements = file === undefined ? await exportLedger(store, given, toStdout)
          : await intoFile(file, (write) => exportLedger(store, given, write));
        if (file === undefined) return;
        if (json) printJson({ outcome: 'done', movements, file });
        else process.stdout.write(`${movements} movements in ${file}\n`);
      };
    }, ELSEWHERE));
}

function filterOf(own: Own): Record<string, string> {
  const names = { user: 'userId', group: 'groupId', account: 'account' } as const;
  return Object.fromEntries((['user', 'group', 'account'] as const).flatMap((option) => {
    const value = textOf(own, option);
    if (value === '') throw new UsageError(`--${option} is empty: leave it out for all`);
    if (option === 'account' && value !== undefined && !accountSchema.safeParse(value).success) {
      throw new UsageError(`--account: "${value}" is no account such as wallet:user:ana, revenue:ALC-CENTRO or vat`);
    }
    return value === undefined ? [] : [[names[option], value] as const];
  }));
}

function reportLedger(report: LedgerReport, { json }: Pick<ToolOptions, 'json'>): void {
  const { movements, accounts, faults } = report;
  if (faults.length > 0) process.exitCode = TOOL_EXIT.broken;
  if (json) {
    return printJson({
      outcome: faults.length === 0 ? 'sound' : 'broken', movements, accounts,
      faults: faults.map((fault) => ({ ...fault, text: ledgerFaultText(fault) })),
    });
  }
  process.stdout.write(`${ledgerText(report).join('\n')}\n`);
  for (const fault of faults) process.stderr.write(`broken: ${ledgerFaultText(fault)}\n`);
}

/** What was read, in lines; the wallets in one sum, for there are many. */
export function ledgerText({ movements, accounts, faults }: LedgerReport): string[] {
  const wallets = new Map<string, { count: number; sumMinor: number }>();
  const others: string[] = [];
  for (const { account, currency, sumMinor } of accounts) {
    if (!account.startsWith('wallet:')) {
      others.push(`${account}: ${formatMoney(sumMinor, currency as Currency)}`);
      continue;
    }
    const { count, sumMinor: before } = wallets.get(currency) ?? { count: 0, sumMinor: 0 };
    wallets.set(currency, { count: count + 1, sumMinor: before + sumMinor });
  }
  return [
    `${movements} movements`,
    ...[...wallets].map(([currency, { count, sumMinor }]) =>
      `wallets (${count}): ${formatMoney(sumMinor, currency as Currency)}`),
    ...others,
    ...(faults.length > 0 ? []
      : ['sound: every movement balances, and balances, holds, tickets and credit notes are as booked']),
  ];
}

type Words = (fault: Pick<LedgerFault, 'at' | 'expected' | 'found'>) => string;
const WORDS: { readonly [R in LedgerRule]: Words } = {
  'known-account': ({ at }) => `"${at}" is no account`,
  'two-sided': ({ at, found }) => `movement ${at} has ${found ?? 0} postings: it needs two at least`,
  balanced: ({ at, found }) => `movement ${at} does not balance: its postings add up to ${found ?? 'nothing'}`,
  'running-balance': ({ at, expected, found }) =>
    `movement ${at} says that its wallet held ${found ?? 'nothing'} afterwards; what was booked adds up to `
    + String(expected ?? 0),
  'wallet-balance': balanceWords,
  'wallet-of-nobody': ({ at, found }) => `${at} holds ${found ?? 0}, and there is no such wallet in that currency`,
  'hold-of-session': ({ at, expected, found }) =>
    `session ${at} holds ${expected ?? 0}; what was opened and closed leaves ${found ?? 0}`,
  'hold-when-over': ({ at, found }) => `session ${at} is over and still holds ${found ?? 0}`,
  'wallet-held': heldWords,
  'ticket-booked-once': ({ at, found }) => `ticket ${at} was booked ${found ?? 0} times`,
  'ticket-total': ({ at, expected, found }) => `ticket ${at} of ${expected ?? 0} was booked with ${found ?? 0}`,
  'ticket-payment': ({ at, expected, found }) => (found === null ? `how ticket ${at} was paid is not there`
    : `ticket ${at} of ${expected ?? 0} is kept as paid with ${found}, or more of it was given back`),
  'ticket-refunds': ({ at, expected, found }) =>
    `of ticket ${at}, ${found ?? 0} are kept as given back; ${expected ?? 0} were booked`,
  'charge-without-ticket': ({ at }) => `movement ${at} charges for a ticket that is not there`,
  'settled-without-ticket': ({ at }) => `session ${at} is settled, and its ticket is not there`,
  'claim-paid-once': ({ at, expected, found }) =>
    `for claim ${at}, ${expected ?? 0} were to be paid back; ${found ?? 0} were booked`,
  'reimbursement-of-claim': ({ at }) => `movement ${at} pays back a claim that is not paid`,
  'refund-credited': creditWords('refund-credited'), 'correction-credited': creditWords('correction-credited'),
  'credit-note-booked': creditWords('credit-note-booked'), 'credited-of-session': creditWords('credited-of-session'),
};

function creditWords(rule: CreditRule): Words {
  return (fault) => creditFaultText({ rule, ...fault });
}

/** The fault in words; amounts in minor units, as the rows have them. */
export function ledgerFaultText(fault: LedgerFault): string {
  return WORDS[fault.rule](fault) + (fault.count === 1 ? '' : ` (the first of ${fault.count})`);
}

function balanceWords({ at, expected, found }: Parameters<Words>[0]): string {
  return `the balance of ${at} is ${found ?? 0}; its postings add up to ${expected ?? 0}`;
}

function heldWords({ at, expected, found }: Parameters<Words>[0]): string {
  return `${at} has ${found ?? 0} held; its open sessions hold ${expected ?? 0}`;
}
