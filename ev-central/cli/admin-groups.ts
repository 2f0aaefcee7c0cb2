// `admin group`: families and fleets that share a wallet, their members and limits, and many of them from a file.
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Failure } from '../../shared/failure.ts';
import type { GroupMember, GroupRow } from '../../shared/messages/group-row.ts';
import { groupRowSchema } from '../../shared/messages/group-row.ts';
import { currency, parseMoney } from '../../shared/money.ts';
import { addListAndShow, addRemove, find } from './admin-registry.ts';
import { TOOL_EXIT } from './exit-status.ts';
import { readGroups } from './group-file.ts';
import type { OrderDesk } from './order-desk.ts';
import { giveOrder, ListRefused } from './order-desk.ts';
import { printJson } from './output.ts';
import type { Own } from './tool-action.ts';
import { report, UsageError, withDesk } from './tool-action.ts';
import { addToolOptions } from './tool-options.ts';
import { checkedOrder, hoursOf, textOf, textsOf } from './typed-options.ts';

/** How many bad lines and refused groups are named; the number of all is in the summary. */
const NAMED = 50;

export function addGroupCommands(admin: Command): void {
  const group = admin.command('group').description('families and fleets: one wallet, members, limits');
  for (const verb of ['add', 'change'] as const) addPut(group, verb);
  addMembers(group);
  addToolOptions(group.command('import <file>')
    .description('takes groups in: JSON, or CSV with group_id, currency, user_id; a group is put as the file has it'))
    .action(withDesk(async ({ desk, options }, [file = '']) => {
      const { groups, bad } = readGroups(readText(file));
      const outcomes = await desk.orders(groups.map((each) => checkedOrder({ kind: 'put-group', group: each })));
      const refused = [...bad, ...outcomes.flatMap(({ outcome, text }, i) =>
        (outcome === 'refused' ? [{ where: groups[i]?.groupId ?? '', why: text }] : []))];
      for (const { where, why } of refused.slice(0, NAMED)) process.stderr.write(`refused: ${where}: ${why}\n`);
      if (refused.length > 0) process.exitCode = TOOL_EXIT.refused;
      const given = groups.length + bad.length - refused.length;
      const outcome = refused.length === 0 ? 'done' : 'refused';
      if (options.json) return printJson({ outcome, groups: given, refused });
      process.stdout.write(`${given} groups put; ${refused.length} refused\n`);
    }));
  addListAndShow(group, {
    what: 'groups', key: 'groupId', columns: ['groupId', 'kind', 'active', 'balanceMinor', 'heldMinor', 'currency'],
  });
  addRemove(group, (id) => checkedOrder({ kind: 'remove-group', groupId: id }));
}

const many = (value: string, before: string[] = []): string[] => [...before, ...value.split(',')];

function addPut(group: Command, verb: 'add' | 'change'): void {
  const command = limitOptions(group.command(`${verb} <id>`).description(`${verb}s a group`))
    .option('--name <text>').option('--kind <kind>', 'family or fleet').option('--currency <code>')
    .option('--site <id>', 'it pays at this site only; more with commas; "any" lifts it', many)
    .option('--hours <from-to>', 'it pays for what begins then, such as 08:00-20:00; "any" lifts it')
    .option('--zone <name>', 'the time zone in which its months begin')
    .option('--inactive', 'it pays for nothing').option('--active', 'it pays again');
  addToolOptions(command).action(withDesk(async ({ desk, options }, [id = ''], own) => {
    const known = verb === 'change' ? await groupOf(desk, id) : null;
    if (verb === 'add' && await isThere(desk, id)) throw new ListRefused(`${id} is there already: change it`);
    const code = textOf(own, 'currency') ?? known?.currency ?? 'EUR';
    const sites = textsOf(own, 'site');
    const hours = textOf(own, 'hours');
    report(await giveOrder(desk, checkedOrder({ kind: 'put-group', group: {
      groupId: id, name: textOf(own, 'name') ?? known?.name ?? '', currency: code,
      kind: (textOf(own, 'kind') ?? known?.kind ?? 'fleet') as GroupRow['kind'],
      active: own['inactive'] === true ? false : own['active'] === true ? true : known?.active ?? true,
      members: known?.members ?? [], limits: limitsOf(own, code, known?.limits ?? NO_LIMITS),
      siteIds: sites === undefined ? known?.siteIds ?? null : sites.includes('any') ? null : sites,
      hours: hours === undefined ? known?.hours ?? null : hours === 'any' ? null : hoursOf(hours),
      timeZone: textOf(own, 'zone') ?? known?.timeZone ?? 'UTC',
    } })), options);
  }));
}

function addMembers(group: Command): void {
  addToolOptions(limitOptions(group.command('member <id> <user>').description('adds a member, or changes one')
    .option('--role <role>', 'owner, manager or member')
    .option('--unpaid', 'the group does not pay for her').option('--paid', 'the group pays for her')))
    .action(withDesk(async ({ desk, options }, [id = '', userId = ''], own) => {
      const known = await groupOf(desk, id);
      const before = known.members.find((member) => member.userId === userId);
      const limits = limitsOf(own, known.currency, before?.limits ?? NO_LIMITS);
      const member = {
        userId, role: (textOf(own, 'role') ?? before?.role ?? 'member') as GroupMember['role'],
        paid: own['unpaid'] === true ? false : own['paid'] === true ? true : before?.paid ?? true,
        limits: limits.perMonthMinor === null && limits.perSessionMinor === null ? null : limits,
      };
      const members = [...known.members.filter((each) => each.userId !== userId), member];
      report(await giveOrder(desk, checkedOrder({ kind: 'put-group', group: { ...known, members } })), options);
    }));
  addToolOptions(group.command('remove-member <id> <user>').description('takes a member out'))
    .action(withDesk(async ({ desk, options }, [id = '', userId = '']) => {
      const known = await groupOf(desk, id);
      const members = known.members.filter((member) => member.userId !== userId);
      if (members.length === known.members.length) throw new ListRefused(`${userId} is no member of ${id}`);
      report(await giveOrder(desk, checkedOrder({ kind: 'put-group', group: { ...known, members } })), options);
    }));
}

const NO_LIMITS: GroupRow['limits'] = { perSessionMinor: null, perMonthMinor: null };

function limitOptions(command: Command): Command {
  return command
    .option('--per-session <amount>', 'the most that a charge may cost, such as 25.00; "none" lifts it')
    .option('--per-month <amount>', 'the most that a member may spend in a month; "none" lifts it');
}

function limitsOf(own: Own, code: string, known: GroupRow['limits']): GroupRow['limits'] {
  const amount = (name: string, before: number | null): number | null => {
    const text = textOf(own, name);
    if (text === undefined) return before;
    if (text === 'none') return null;
    const minor = parseMoney(text, currency(code));
    if (minor === undefined || minor < 0) throw new UsageError(`"${text}" is no amount of ${code}`);
    return minor;
  };
  return {
    perSessionMinor: amount('perSession', known.perSessionMinor),
    perMonthMinor: amount('perMonth', known.perMonthMinor),
  };
}

/** The order's part of a listed group; money and spending are left out. */
async function groupOf(desk: OrderDesk, id: string): Promise<GroupRow> {
  return groupRowSchema.parse(await find(desk, 'groups', 'groupId', id));
}

async function isThere(desk: OrderDesk, id: string): Promise<boolean> {
  return (await desk.page('groups', { groupId: id }, null, 1)).rows.length > 0;
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file}`, cause);
  }
}
