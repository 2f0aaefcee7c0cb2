// `admin user totp`: second factors. The tool makes the secret and the recovery codes and prints them once; Central
// keeps the secret wrapped and of the recovery codes their hashes.
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { findCode, makeRecoveryCodes, makeSecondFactor, type NewSecondFactor } from '../one-time-code.ts';
import { addListAndShow, find } from './admin-registry.ts';
import { promptCode } from './code-prompt.ts';
import { giveOrder } from './order-desk.ts';
import { printJson } from './output.ts';
import type { Own, Tool } from './tool-action.ts';
import { report, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, textOf } from './typed-options.ts';

const WRONG = 'this is not the code that an authenticator with this secret shows now; nothing was changed';

export function addSecondFactorCommands(user: Command): void {
  const totp = user.command('totp').description('one-time codes (TOTP) and recovery codes for log-ins');
  addToolOptions(totp.command('enrol <id>').description('makes a secret and recovery codes, and prints them once')
    .option('--unconfirmed', 'ask for no code now: the first log-in with one confirms it'))
    .action(withDesk(enrol));
  addToolOptions(totp.command('recovery <id>').description('makes new recovery codes; those before are void'))
    .action(withDesk(renewRecovery));
  addToolOptions(totp.command('disable <id>').description('log-ins need no code any more')
    .option('--note <text>', 'why; stands in the audit log', ''))
    .action(withDesk(async ({ desk, options }, [id = ''], own) => {
      const note = textOf(own, 'note') ?? '';
      report(await giveOrder(desk, checkedOrder({ kind: 'remove-second-factor', userId: id, note })), options);
    }));
  addListAndShow(totp, {
    what: 'second-factors', key: 'userId', columns: ['userId', 'confirmed', 'recoveryCodesLeft', 'madeAtMs'],
  });
}

async function enrol({ desk, options }: Tool, [id = '']: readonly string[], own: Own): Promise<void> {
  await find(desk, 'users', 'userId', id);
  const made = makeSecondFactor(id, randomBytes);
  if (!options.json) printSecret(id, made);
  const counter = own['unconfirmed'] === true || options.json ? null : await confirmed(made);
  const outcome = await giveOrder(desk, checkedOrder({
    kind: 'enrol-second-factor', userId: id, secretBase64: made.secretBase64,
    recoverySha256s: [...made.recovery.sha256s], counter,
  }));
  if (outcome.outcome === 'refused' || !options.json) return report(outcome, options);
  printJson({
    outcome: 'done', text: outcome.text, userId: id, secret: made.secretText, uri: made.uri,
    recoveryCodes: made.recovery.codes,
  });
}

/** The step of a first code, typed at once; null without a terminal. */
async function confirmed(made: NewSecondFactor): Promise<number | null> {
  const code = await promptCode('The code that the authenticator shows now (empty: confirm by the next log-in): ');
  if (code === null) return null;
  const found = findCode({ secretBase64: made.secretBase64, recoverySha256s: [] }, code, Date.now());
  if (found.kind !== 'timed') throw new UsageError(WRONG);
  return found.counter;
}

async function renewRecovery({ desk, options }: Tool, [id = '']: readonly string[]): Promise<void> {
  const { codes, sha256s } = makeRecoveryCodes(randomBytes);
  const outcome = await giveOrder(desk, checkedOrder({
    kind: 'renew-recovery-codes', userId: id, recoverySha256s: [...sha256s],
  }));
  if (outcome.outcome === 'refused') return report(outcome, options);
  if (options.json) return printJson({ outcome: 'done', text: outcome.text, userId: id, recoveryCodes: codes });
  printCodes(id, codes);
  report(outcome, options);
}

function printSecret(id: string, { secretText, uri, recovery }: NewSecondFactor): void {
  process.stdout.write(`The authenticator of ${id}, shown only now:\n  secret  ${secretText}\n  URI     ${uri}\n`);
  printCodes(id, recovery.codes);
}

function printCodes(id: string, codes: readonly string[]): void {
  process.stdout.write(`Recovery codes of ${id}, each for one log-in, shown only now:\n`);
  for (const code of codes) process.stdout.write(`  ${code}\n`);
}
