// `admin user vehicle` and `admin user token`: what belongs to people.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Order } from '../../shared/messages/orders.ts';
import { endOfDay, type LineProblem, readTokenFile } from '../token-file.ts';
import { addListAndShow } from './admin-registry.ts';
import { TOOL_EXIT } from './exit-status.ts';
import { giveOrder, readList } from './order-desk.ts';
import { printJson, printList } from './output.ts';
import type { Own, Tool } from './tool-action.ts';
import { report, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, needText, textOf, wattsOf } from './typed-options.ts';

/** How many wrong lines are named; the number of all is in the summary. */
const NAMED = 50;

export function addBelongingCommands(user: Command): void {
  addVehicleCommands(user);
  addTokenCommands(user);
}

function addVehicleCommands(user: Command): void {
  const vehicle = user.command('vehicle').description("people's vehicles: battery, connector, power");
  addToolOptions(vehicle.command('put <user> <id>').description('registers or changes one')
    .option('--battery-kwh <kWh>').option('--connector <type>', 'such as IEC_62196_T2').option('--max-kw <kW>'))
    .action(withDesk(async ({ desk, options }, [userId = '', vehicleId = ''], own) => {
      const connectorType = needText(own, 'connector').toUpperCase() as 'IEC_62196_T2';
      report(await giveOrder(desk, checkedOrder({
        kind: 'put-vehicle', userId, vehicle: {
          vehicleId, batteryWh: wattsOf(needText(own, 'batteryKwh'), '--battery-kwh'), connectorType,
          maxPowerW: wattsOf(needText(own, 'maxKw'), '--max-kw'),
        },
      })), options);
    }));
  addToolOptions(vehicle.command('list [user]').description('lists all, or those of one person'))
    .action(withDesk(async ({ desk, options }, [userId]) => {
      printList(await readList(desk, 'vehicles', userId === undefined ? {} : { userId }), options);
    }));
  addToolOptions(vehicle.command('remove <user> <id>').description('removes one'))
    .action(withDesk(async ({ desk, options }, [userId = '', vehicleId = '']) => {
      report(await giveOrder(desk, checkedOrder({ kind: 'remove-vehicle', userId, vehicleId })), options);
    }));
}

function addTokenCommands(user: Command): void {
  const token = user.command('token').description('cards, apps and QR codes that stand for people');
  addToolOptions(token.command('issue <user> <id>').description('issues one; of a card the id is its uid')
    .option('--kind <kind>', 'rfid, app or qr', 'rfid')
    .option('--expires <date>', 'such as 2027-12-31; without it: never'))
    .action(withDesk(issueToken));
  addNoted(token, 'block <id>', 'one that is lost: it stands for nobody',
    (tokenId, note) => ({ kind: 'block-token', tokenId, userId: null, note }));
  addNoted(token, 'unblock <id>', 'one that was found again',
    (tokenId, note) => ({ kind: 'unblock-token', tokenId, note }));
  addNoted(token, 'remove <id>', 'removes one', (tokenId, note) => ({ kind: 'remove-token', tokenId, note }));
  addToolOptions(token.command('import <file>')
    .description('issues all of a file, or none: CSV with user,token and, if wanted, kind,expires'))
    .action(withDesk(importTokens));
  addListAndShow(token, {
    what: 'tokens', key: 'tokenId', columns: ['tokenId', 'kind', 'userId', 'blocked', 'issuedAtMs', 'expiresAtMs'],
  });
}

function addNoted(
  token: Command, name: string, about: string, order: (tokenId: string, note: string) => Order,
): void {
  addToolOptions(token.command(name).description(about).option('--note <text>', 'why; stands in the audit log', ''))
    .action(withDesk(async ({ desk, options }, [tokenId = ''], own) => {
      report(await giveOrder(desk, checkedOrder(order(tokenId, textOf(own, 'note') ?? ''))), options);
    }));
}

async function issueToken(
  { desk, options }: Tool, [userId = '', tokenId = '']: readonly string[], own: Own,
): Promise<void> {
  const expires = textOf(own, 'expires');
  const expiresAtMs = expires === undefined ? null : endOfDay(expires);
  if (expires !== undefined && expiresAtMs === null) {
    throw new UsageError(`"${expires}" is no date: write it as 2027-12-31`);
  }
  const token = { userId, tokenId, tokenKind: needText(own, 'kind') as 'rfid', expiresAtMs };
  report(await giveOrder(desk, checkedOrder({ kind: 'issue-tokens', tokens: [token] as never })), options);
}

async function importTokens({ desk, options }: Tool, [file = '']: readonly string[]): Promise<void> {
  const { tokens, lines, problems } = readTokenFile(readText(file));
  if (problems.length > 0) return reportProblems(problems, options);
  const outcome = await giveOrder(desk, checkedOrder({ kind: 'issue-tokens', tokens: [...tokens] }));
  if (outcome.outcome === 'done') return report(outcome, options);
  const refused = outcome.lines.map(({ what, outcome: reason }) => {
    const at = tokens.findLastIndex(({ tokenId }) => tokenId.toUpperCase() === what.toUpperCase());
    return { line: lines[at] ?? 0, reason };
  });
  reportProblems(refused.length === 0 ? [{ line: lines[0] ?? 0, reason: outcome.text }] : refused, options);
}

/** All that is wrong, with its line; nothing was issued. */
function reportProblems(problems: readonly LineProblem[], { json }: Tool['options']): void {
  process.exitCode = TOOL_EXIT.refused;
  if (json) return printJson({ outcome: 'refused', issued: 0, problems });
  for (const { line, reason } of problems.slice(0, NAMED)) process.stderr.write(`line ${line}: ${reason}\n`);
  process.stderr.write(`nothing was issued: ${problems.length} lines are wrong\n`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`${file} cannot be read`);
  }
}
