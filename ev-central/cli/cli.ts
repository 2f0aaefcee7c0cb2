// The tools of EV_Central as commands of its program: `admin` for the registry, `ctl` for running the network.
import type { Command } from 'commander';
import { addAuditCommands } from './admin-audit.ts';
import { addFileCommands } from './admin-files.ts';
import { addFigureCommands } from './admin-figures.ts';
import { addGroupCommands } from './admin-groups.ts';
import { addReimbursementCommands } from './admin-reimbursements.ts';
import { addInvoiceCommands } from './admin-invoices.ts';
import { addLedgerCommands } from './admin-ledger.ts';
import { addPaymentCommands } from './admin-payments.ts';
import { addPriceCommand } from './admin-price.ts';
import { addSeriesCommands } from './admin-series.ts';
import { addRatesCommands } from './admin-rates.ts';
import { addRecomputeCommand } from './admin-recompute.ts';
import { addDebtCommands } from './admin-debts.ts';
import { addPlanCommands } from './admin-plans.ts';
import { addPointCommands, addSiteCommands } from './admin-registry.ts';
import { addTariffCommands } from './admin-tariff.ts';
import { addUserCommands } from './admin-users.ts';
import { addStatementCommand } from './admin-statement.ts';
import { addWalletCommands } from './admin-wallet.ts';
import { addCtlCommands } from './ctl.ts';
import { TOOL_EXIT_HELP } from './exit-status.ts';

/** Adds `admin …` and `ctl …` to a program. Each command sets `process.exitCode`; see `TOOL_EXIT`. */
export function addToolCommands(program: Command): void {
  const admin = program.command('admin')
    .description('the registry: sites, points, users, groups, tariffs; wallets, ledger, payments, invoices, import, '
      + 'load, price, figures, audit; EV_Central may run or not')
    .addHelpText('after', TOOL_EXIT_HELP);
  addSiteCommands(admin);
  addPointCommands(admin);
  addUserCommands(admin);
  addTariffCommands(admin);
  addSeriesCommands(admin);
  addRatesCommands(admin);
  addPlanCommands(admin);
  addDebtCommands(admin);
  addFileCommands(admin);
  addPriceCommand(admin);
  addRecomputeCommand(admin);
  addPaymentCommands(admin);
  addAuditCommands(admin);
  addLedgerCommands(admin);
  addGroupCommands(admin);
  addWalletCommands(admin);
  addStatementCommand(admin);
  addInvoiceCommands(admin);
  addReimbursementCommands(admin);
  addFigureCommands(admin);
  const ctl = program.command('ctl')
    .description('the running network, for scripts: lists, stop and resume, sessions, commands, keys')
    .addHelpText('after', TOOL_EXIT_HELP);
  addCtlCommands(ctl);
  for (const tool of [admin, ctl]) throwInsteadOfExit(tool);
  // `… | head` closes the pipe: that is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
}

/** Wrong usage is thrown to whoever parses, who sets the exit status; commander would exit with 1. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) throwInsteadOfExit(child);
}
