// `admin user vehicle` and `admin user token`: what belongs to people.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Order } from '../../shared/messages/orders.ts';
import { addListAndShow } from './admin-registry.ts';
import { readCsv } from './csv-rows.ts';
import { TOOL_EXIT } from './exit-status.ts';
import { giveOrder, readList } from './order-desk.ts';
import { printJson, printList } from './output.ts';
import type { Own, Tool } from './tool-action.ts';
import { report, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, needText, textOf, wattsOf } from './typed-options.ts';

type TokenKind = Extract<Order, { kind: 'issue-token' }>['tokenKind'];
/** How many refused rows are named; the number of all is in the summary. */
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
    .option('--kind <kind>', 'rfid, app or qr', 'rfid').option('--expires <date>', 'such as 2027-12-31; without it: never'))
    .action(withDesk(async ({ desk, options }, [userId = '', tokenId = ''], own) => {
      report(await giveOrder(desk, tokenOrder({
        userId, tokenId, kind: needText(own, 'kind'), expires: textOf(own, 'expires') ?? '',
      })), options);
    }));
  for (const blocked of [true, false]) {
    addToolOptions(token.command(blocked ? 'block <id>' : 'unblock <id>')
      .description(blocked ? 'one that is lost: it stands for nobody' : 'one that was found again')
      .option('--note <text>', 'why; stands in the audit log', ''))
      .action(withDesk(async ({ desk, options }, [tokenId = ''], own) => {
        const note = textOf(own, 'note') ?? '';
        report(await giveOrder(desk, checkedOrder({ kind: 'block-token', tokenId, blocked, note })), options);
      }));
  }
  addToolOptions(token.command('remove <id>').description('removes one'))
    .action(withDesk(async ({ desk, options }, [tokenId = '']) => {
      report(await giveOrder(desk, checkedOrder({ kind: 'remove-token', tokenId })), options);
    }));
  addToolOptions(token.command('import <file>').description('issues many: CSV with user,token and, if any, kind,expires'))
    .action(withDesk(importTokens));
  addListAndShow(token, {
    what: 'tokens', key: 'tokenId', columns: ['tokenId', 'kind', 'userId', 'blocked', 'issuedAtMs', 'expiresAtMs'],
  });
}

type TokenText = { userId: string; tokenId: string; kind: string; expires: string };

function tokenOrder({ userId, tokenId, kind, expires }: TokenText): Order {
  const endMs = expires === '' ? null : Date.parse(`${expires}T24:00:00Z`);
  if (endMs !== null && Number.isNaN(endMs)) throw new UsageError(`"${expires}" is no date: write it as 2027-12-31`);
  return checkedOrder({ kind: 'issue-token', userId, tokenId, tokenKind: kind as TokenKind, expiresAtMs: endMs });
}

/** A row that is refused keeps no other from being issued. */
async function importTokens({ desk, options }: Tool, [file = '']: readonly string[], _own: Own): Promise<void> {
  const { header, records, bad } = readCsv(readText(file));
  const missing = ['user', 'token'].filter((name) => !header.includes(name));
  if (missing.length > 0) throw new UsageError(`${file} has no column ${missing.join(', ')}`);
  const problems = bad.map(({ line, reason }) => ({ line, reason }));
  const orders: { line: number; order: Order }[] = [];
  for (const { line, fields } of records) {
    try {
      orders.push({ line, order: tokenOrder({
        userId: fields['user'] ?? '', tokenId: fields['token'] ?? '', kind: fields['kind'] || 'rfid',
        expires: fields['expires'] ?? '',
      }) });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push({ line, reason: error.message });
    }
  }
  const outcomes = await desk.orders(orders.map(({ order }) => order));
  outcomes.forEach(({ outcome, text }, i) => {
    if (outcome === 'refused') problems.push({ line: orders[i]?.line ?? 0, reason: text });
  });
  const issued = outcomes.filter(({ outcome }) => outcome === 'done').length;
  if (problems.length > 0) process.exitCode = TOOL_EXIT.refused;
  if (options.json) return printJson({ issued, refused: problems });
  for (const { line, reason } of problems.slice(0, NAMED)) process.stderr.write(`line ${line}: ${reason}\n`);
  process.stdout.write(`${issued} tokens issued, ${problems.length} rows refused\n`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new UsageError(`${file} cannot be read`);
  }
}
