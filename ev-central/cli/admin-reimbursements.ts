// `admin reimbursement`: what groups have agreed about charging at home, and the claims of their members, from the
// draft to the payout.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { createEvidenceShelf, evidenceFault, mediaTypeOf } from '../evidence-shelf.ts';
import type { QueryPage } from '../store/queries.ts';
import type { Store } from '../store/store.ts';
import { Failure } from '../../shared/failure.ts';
import {
  type Claim, claimSchema, type ClaimTerms, claimTermsSchema, type Rate,
} from '../../shared/messages/claim.ts';
import { currency, type Currency, formatMoney, minorDigits, parseMoney } from '../../shared/money.ts';
import { formatEnergy } from '../../shared/words/quantities.ts';
import { find } from './admin-registry.ts';
import { timeText } from './audit-export.ts';
import { TOOL_EXIT } from './exit-status.ts';
import { onStore } from './local-store.ts';
import { giveOrder, type OrderDesk, readList } from './order-desk.ts';
import { printJson, printList, printRow } from './output.ts';
import type { Own } from './tool-action.ts';
import { report, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions, type ToolOptions } from './tool-options.ts';
import { checkedOrder, needNumber, needText, textOf, textsOf, timesOf } from './typed-options.ts';

const many = (value: string, before: string[] = []): string[] => [...before, ...value.split(',')];

export function addReimbursementCommands(admin: Command): void {
  const root = admin.command('reimbursement').description('charging at home that groups pay back');
  addTermsCommands(root);
  addClaimCommands(root);
  addDecisions(root);
  addToolOptions(root.command('list').description('the claims, newest first')
    .option('--group <id>').option('--user <id>').option('--state <state>'))
    .action(withDesk(async ({ desk, options }, _args, own) => {
      const named = { groupId: textOf(own, 'group'), userId: textOf(own, 'user'), state: textOf(own, 'state') };
      const filter = Object.fromEntries(Object.entries(named).flatMap(([name, text]) =>
        (text === undefined ? [] : [[name, text]])));
      const claims = (await readList(desk, 'claims', filter)).map((row) => claimSchema.parse(row));
      if (options.json) return printJson(claims);
      printList(claims.map(shortRow), options);
    }));
  addToolOptions(root.command('show <claim>').description('one claim'))
    .action(withDesk(async ({ desk, options }, [id = '']) => {
      const claim = claimSchema.parse(await find(desk, 'claims', 'claimId', id));
      if (options.json) return printJson(claim);
      printRow(shortRow(claim), options);
      for (const { reference, mediaType, sha256 } of claim.evidence) {
        process.stdout.write(`  evidence "${reference}" (${mediaType}): ${sha256}\n`);
      }
    }));
  addToolOptions(root.command('verify')
    .description('the files of evidence are there and are what they were; 0 right, 3 broken'))
    .action(onStore(() => verify, '"reimbursement list" works from anywhere'));
}

function addTermsCommands(root: Command): void {
  addToolOptions(root.command('terms <group>').description('what is agreed: shows it, or changes what is given')
    .option('--rate <amount>', 'for a kWh, exact, such as 0.2875')
    .option('--per-claim <amount>', 'the most that a claim may come to; "none" lifts it')
    .option('--per-month <amount>', "the most that a member's claims of a month may come to; \"none\" lifts it"))
    .action(withDesk(async ({ desk, options }, [groupId = ''], own) => {
      const code = await currencyOf(desk, groupId);
      const known = await termsOf(desk, groupId);
      const rate = textOf(own, 'rate');
      const isShown = ['rate', 'perClaim', 'perMonth'].every((name) => textOf(own, name) === undefined);
      if (isShown) return showTerms(known, groupId, code, options);
      if (rate === undefined && known === null) throw new UsageError('--rate is missing: nothing is agreed yet');
      const terms = {
        groupId, meters: known?.meters ?? [], rate: rate === undefined ? known?.rate : rateOf(rate, code),
        perClaimMinor: limitOf(own, 'perClaim', code, known?.perClaimMinor ?? null),
        perMonthMinor: limitOf(own, 'perMonth', code, known?.perMonthMinor ?? null),
      };
      const order = checkedOrder({ kind: 'put-claim-terms', terms: claimTermsSchema.parse(terms) });
      report(await giveOrder(desk, order), options);
    }));
  addToolOptions(root.command('meter <group> <user> <meter>')
    .description('agrees upon a meter of a member: one at home, or the id of a point that stands there')
    .option('--remove', 'it is agreed no more'))
    .action(withDesk(async ({ desk, options }, [groupId = '', userId = '', meterId = ''], own) => {
      const known = await termsOf(desk, groupId);
      if (known === null) throw new UsageError(`${groupId} has agreed no rate: give "reimbursement terms" first`);
      const others = known.meters.filter((each) => String(each.meterId) !== meterId);
      const meters = own['remove'] === true ? others : [...others, { userId, meterId }];
      report(await giveOrder(desk, checkedOrder({ kind: 'put-claim-terms', terms: { ...known, meters } })), options);
    }));
}

function addClaimCommands(root: Command): void {
  addToolOptions(root.command('claim <user> <group> <meter>')
    .description('begins a claim for a member: two readings of the meter, or charges at a point that stands there')
    .option('--from <time>', 'a day or a time, with --from-wh').option('--to <time>', 'its end, with --to-wh')
    .option('--from-wh <number>', 'the register then').option('--to-wh <number>', 'the register at the end')
    .option('--session <id>', 'a charge; more with commas', many)
    .option('--draft <claim>', 'changes this draft instead'))
    .action(withDesk(async ({ desk, options }, [claimantId = '', groupId = '', meterId = ''], own) => {
      report(await giveOrder(desk, checkedOrder({
        kind: 'put-claim', claimId: textOf(own, 'draft') ?? null,
        claim: { claimantId, groupId, meterId, basis: basisOf(own) },
      })), options);
    }));
  addToolOptions(root.command('evidence <claim> <file>')
    .description('keeps a PDF, JPEG or PNG with a draft; on the machine of EV_Central, elsewhere over the REST API')
    .option('--reference <text>', 'what it is, such as the number of a bill'))
    .action(withDesk(async ({ desk, options }, [claimId = '', file = ''], own) => {
      if (options.remote) {
        throw new UsageError('a file is kept on the machine of EV_Central: run it there, or use the REST API');
      }
      const bytes = readBytes(file);
      const mediaType = mediaTypeOf(bytes);
      if (mediaType === undefined) throw new UsageError(`${file} is no PDF, JPEG or PNG`);
      const fault = evidenceFault(bytes, mediaType);
      if (fault !== null) throw new UsageError(`${file}: ${fault}`);
      await find(desk, 'claims', 'claimId', claimId);
      const reference = needText(own, 'reference');
      const sha256 = await createEvidenceShelf(dirname(options.files.database)).put(bytes);
      report(await giveOrder(desk, checkedOrder({
        kind: 'add-claim-evidence', claimId, evidence: { reference, sha256, mediaType, bytes: bytes.length },
      })), options);
    }));
  addToolOptions(root.command('submit <claim>').description('submits a draft: from then on it counts'))
    .action(withDesk(async ({ desk, options }, [claimId = '']) => {
      report(await giveOrder(desk, checkedOrder({ kind: 'submit-claim', claimId })), options);
    }));
}

function addDecisions(root: Command): void {
  addToolOptions(root.command('approve <claim>').description('approves a claim of somebody else'))
    .action(withDesk(async ({ desk, options }, [claimId = '']) => {
      report(await giveOrder(desk, checkedOrder({ kind: 'approve-claim', claimId })), options);
    }));
  addToolOptions(root.command('reject <claim>').description('rejects a claim that is not paid yet')
    .option('--reason <text>', 'the claimant reads it'))
    .action(withDesk(async ({ desk, options }, [claimId = ''], own) => {
      const reason = needText(own, 'reason');
      report(await giveOrder(desk, checkedOrder({ kind: 'reject-claim', claimId, reason })), options);
    }));
  addToolOptions(root.command('pay <claim>').description("pays an approved claim to the claimant's wallet, once")
    .option('--from <account>', 'group, or reimbursements', 'group'))
    .action(withDesk(async ({ desk, options }, [claimId = ''], own) => {
      const from = textOf(own, 'from') === 'reimbursements' ? 'reimbursements' : 'group';
      if (textOf(own, 'from') !== from) throw new UsageError('--from is group or reimbursements');
      report(await giveOrder(desk, checkedOrder({ kind: 'pay-claim', claimId, from })), options);
    }));
}

function basisOf(own: Own) {
  const sessions = textsOf(own, 'session');
  if (sessions !== undefined) return { kind: 'sessions', sessionIds: sessions } as const;
  const { sinceMs, untilMs } = timesOf(own);
  if (sinceMs === undefined || untilMs === undefined) throw new UsageError('give --from and --to, or --session');
  return {
    kind: 'registers', fromMs: sinceMs, toMs: untilMs, fromWh: needNumber(own, 'fromWh'), toWh: needNumber(own, 'toWh'),
  } as const;
}

function shortRow({ claimId, state, claimantId, groupId, meterId, fromMs, toMs, energyWh, amountMinor, currency: code,
  reason }: Claim) {
  return {
    claim: claimId, state, user: claimantId, group: groupId, meter: meterId, from: timeText(fromMs).slice(0, 10),
    to: timeText(toMs).slice(0, 10), energy: formatEnergy(energyWh), amount: formatMoney(amountMinor, code), reason,
  };
}

function showTerms(known: ClaimTerms | null, groupId: string, code: Currency, options: ToolOptions): void {
  if (options.json) return printJson(known);
  if (known === null) return void process.stdout.write(`${groupId} has agreed no rate for charging at home\n`);
  const limit = (minor: number | null): string | null => (minor === null ? null : formatMoney(minor, code));
  printRow({
    group: groupId, rate: rateText(known.rate, code), perClaim: limit(known.perClaimMinor),
    perMonth: limit(known.perMonthMinor),
    meters: known.meters.map((each) => `${each.userId}:${each.meterId}`).join(' '),
  }, options);
}

/** `0.2875, EUR → 2875 minor units for 100 kWh`: exact. */
export function rateOf(text: string, code: Currency): Rate {
  const match = /^(\d{1,6})(?:\.(\d{1,8}))?$/.exec(text.trim());
  const fraction = match?.[2] ?? '';
  const digits = Math.max(0, fraction.length - minorDigits(code));
  const minor = Number(`${match?.[1] ?? ''}${fraction.padEnd(minorDigits(code), '0')}`);
  if (match === null || minor === 0) throw new UsageError(`--rate: "${text}" is no price: write it as 0.2875`);
  return { minor, perKwh: 10 ** digits };
}

function rateText({ minor, perKwh }: Rate, code: Currency): string {
  return `${formatMoney(minor, code)} for ${perKwh} kWh`;
}

function limitOf(own: Own, name: string, code: Currency, known: number | null): number | null {
  const text = textOf(own, name);
  if (text === undefined) return known;
  if (text === 'none') return null;
  const minor = parseMoney(text, code);
  if (minor === undefined || minor <= 0) throw new UsageError(`"${text}" is no amount of ${code}`);
  return minor;
}

async function termsOf(desk: OrderDesk, groupId: string): Promise<ClaimTerms | null> {
  const row = (await readList(desk, 'claim-terms', {})).find((each) => each['groupId'] === groupId);
  return row === undefined ? null : claimTermsSchema.parse(row);
}

async function currencyOf(desk: OrderDesk, groupId: string): Promise<Currency> {
  return currency(String((await find(desk, 'groups', 'groupId', groupId))['currency']));
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file}`, cause);
  }
}

/** Whether each paid claim was booked once, "ledger verify" says. */
async function verify(store: Store, { json, files }: ToolOptions): Promise<void> {
  const shelf = createEvidenceShelf(dirname(files.database));
  let count = 0;
  const faults: string[] = [];
  for (const claim of claimsOf(store)) {
    for (const { sha256, reference } of claim.evidence) {
      count += 1;
      if (await shelf.read(sha256) !== undefined) continue;
      faults.push(`claim ${claim.claimId}: the file "${reference}" is missing or was changed`);
    }
  }
  if (faults.length > 0) process.exitCode = TOOL_EXIT.broken;
  if (json) return printJson({ outcome: faults.length === 0 ? 'sound' : 'broken', files: count, faults });
  process.stdout.write(`${count} files of evidence\n`);
  for (const fault of faults) process.stderr.write(`broken: ${fault}\n`);
  if (faults.length === 0) process.stdout.write('sound: each is what was put\n');
}

function* claimsOf(store: Store): Generator<Claim> {
  let after: string | null = null;
  do {
    const page: QueryPage = store.query('claims', {}, after, 500);
    for (const row of page.rows) yield claimSchema.parse(row);
    after = page.next;
  } while (after !== null);
}
