// Groups that share a wallet: families and fleets, their members, limits, sites and hours.
import { z } from 'zod';
import { groupIdSchema, userIdSchema } from '../../../shared/ids.ts';
import {
  GROUP_KINDS, groupLimitsSchema, type GroupMember, groupMemberSchema, type GroupRow, groupRowSchema,
} from '../../../shared/messages/group-row.ts';
import { amountMinorSchema } from '../../../shared/messages/values.ts';
import type { Group } from '../../core/rows.ts';
import { callerIn, edit } from '../asking.ts';
import { editable } from '../editable.ts';
import { listOperation } from '../lists.ts';
import { type Answer, type Api, type Ask, etagOf, named, operation, type Operation } from '../operation.ts';
import { Problem } from '../problem.ts';
import { pageOf } from '../schemas.ts';

const params = z.strictObject({ groupId: groupIdSchema });
const memberParams = z.strictObject({ groupId: groupIdSchema, userId: userIdSchema });
const exampleParams = { groupId: 'fleet' };
const PATH = '/api/v1/groups/{groupId}';
const MEMBER = `${PATH}/members/{userId}`;

const example: GroupRow = groupRowSchema.parse({
  groupId: 'fleet', name: 'Delivery vans', currency: 'EUR', members: [{ userId: 'ana', role: 'owner' }],
  limits: { perSessionMinor: null, perMonthMinor: 20_000 }, siteIds: ['ALC'],
  hours: { fromMinute: 480, toMinute: 1_200 }, timeZone: 'Europe/Madrid',
});
const { groupId: _id, ...editExample } = example;
const money = {
  balanceMinor: amountMinorSchema, heldMinor: amountMinorSchema,
  spent: z.array(z.object({ userId: userIdSchema, month: z.string(), amountMinor: amountMinorSchema }))
    .describe('of each member, in the newest month in which she charged'),
};
const groupSchema = named('Group', z.object({ ...groupRowSchema.shape, ...money }), {
  ...example, balanceMinor: 50_000, heldMinor: 2_000, spent: [{ userId: 'ana', month: '2026-11', amountMinor: 1_200 }],
});
const groupBody = named('GroupEdit', z.strictObject({
  ...groupRowSchema.omit({ groupId: true }).shape,
}), editExample);
const memberBody = named('GroupMemberEdit', z.strictObject(groupMemberSchema.omit({ userId: true }).shape),
  { role: 'member', paid: true, limits: { perSessionMinor: 2_500, perMonthMinor: null } });
const myGroupSchema = named('MyGroup', z.object({
  groupId: groupIdSchema, name: z.string(), kind: z.enum(GROUP_KINDS), active: z.boolean(),
  role: z.string(), paid: z.boolean().describe('the group pays for your charges'),
  limits: groupLimitsSchema.describe('that hold for you'), siteIds: groupRowSchema.shape.siteIds,
  hours: groupRowSchema.shape.hours, timeZone: z.string(), currency: z.string(),
  spent: money.spent.element.omit({ userId: true }).nullable().describe('by you, in your newest month'),
  balanceMinor: amountMinorSchema.nullable().describe('for owners and managers'),
  heldMinor: amountMinorSchema.nullable().describe('for owners and managers'),
  members: z.array(groupMemberSchema).nullable().describe('for owners and managers'),
}), {
  groupId: 'fleet', name: 'Delivery vans', kind: 'fleet', active: true, role: 'member', paid: true,
  limits: { perSessionMinor: null, perMonthMinor: 20_000 }, siteIds: null, hours: null, timeZone: 'UTC',
  currency: 'EUR', spent: { month: '2026-11', amountMinor: 1_200 }, balanceMinor: null, heldMinor: null, members: null,
});

const groups = editable({
  noun: 'Group', path: PATH, tag: 'groups', reads: 'groups:read', writes: 'groups:write', params, exampleParams,
  item: groupSchema, body: groupBody,
  row: ({ state }, { groupId }) => {
    const group = state.groups.get(groupId);
    return group === undefined ? undefined : groupRow(group);
  },
  shown: (_row, { state }, { groupId }) => state.groups.must(groupId),
  put: ({ groupId }, body) => ({ kind: 'put-group', group: { ...body, groupId } }),
  remove: ({ groupId }) => ({ kind: 'remove-group', groupId }), gives: ['put-group', 'remove-group'],
});

export const GROUP_OPERATIONS: readonly Operation[] = [
  listOperation({
    id: 'listGroups', path: '/api/v1/groups', tag: 'groups', summary: 'Lists groups', permission: 'groups:read',
    what: 'groups', item: groupSchema,
    filters: { userId: userIdSchema.optional(), kind: z.enum(GROUP_KINDS).optional() },
  }),
  ...groups,
  operation({
    id: 'putGroupMember', method: 'PUT', path: MEMBER, tag: 'groups', summary: 'Adds a member, or changes one',
    description: 'The version is that of the group.',
    permission: 'groups:write', params: memberParams, exampleParams: { ...exampleParams, userId: 'ana' },
    body: memberBody, conditional: true, gives: ['put-group'],
    success: { status: 200, what: 'The group as it is now.', body: groupSchema },
    handle: (ask, api) => {
      const { groupId, userId } = ask.params;
      return changeMembers(api, ask, groupId, (members) =>
        [...members.filter((each) => each.userId !== userId), { ...ask.body, userId }]);
    },
  }),
  operation({
    id: 'removeGroupMember', method: 'DELETE', path: MEMBER, tag: 'groups', summary: 'Takes a member out',
    description: 'The version is that of the group.',
    permission: 'groups:write', params: memberParams, exampleParams: { ...exampleParams, userId: 'ana' },
    conditional: true, gives: ['put-group'],
    success: { status: 200, what: 'The group as it is now.', body: groupSchema },
    handle: (ask, api) => {
      const { groupId, userId } = ask.params;
      const isMember = known(api, groupId).members.some((each) => each.userId === userId);
      if (!isMember) throw new Problem('not-found', `${userId} is no member of ${groupId}.`);
      return changeMembers(api, ask, groupId, (members) => members.filter((each) => each.userId !== userId));
    },
  }),
  operation({
    id: 'myGroups', method: 'GET', path: '/api/v1/me/groups', tag: 'me', summary: 'The groups that you are in',
    permission: 'self:read', success: { status: 200, what: 'All of them.', body: pageOf(myGroupSchema) },
    handle(ask, { state }) {
      const { userId } = callerIn(ask);
      const items = [...state.groups.values()].flatMap((group) => {
        const member = group.members.find((each) => each.userId === userId);
        return member === undefined ? [] : [myGroup(group, member)];
      });
      return { status: 200, body: { items, next: null } };
    },
  }),
];

async function changeMembers(
  api: Api, ask: Ask<unknown, unknown, unknown>, groupId: Group['groupId'],
  change: (members: readonly GroupMember[]) => GroupMember[],
): Promise<Answer> {
  const current = (): GroupRow | undefined => {
    const group = api.state.groups.get(groupId);
    return group === undefined ? undefined : groupRow(group);
  };
  known(api, groupId);
  await edit(api, ask, () => {
    const group = groupRow(api.state.groups.must(groupId));
    return { kind: 'put-group', group: { ...group, members: change(group.members) } };
  }, current);
  return { status: 200, body: known(api, groupId), headers: { etag: etagOf(current()) } };
}

function known({ state }: Api, groupId: Group['groupId']): Group {
  const group = state.groups.get(groupId);
  if (group === undefined) throw new Problem('not-found', `There is no group ${groupId}.`);
  return group;
}

/** What is edited: neither its money nor what was spent, which move by themselves. */
function groupRow({ balanceMinor: _balance, heldMinor: _held, spent: _spent, ...row }: Group): GroupRow {
  return row;
}

function myGroup(group: Group, { userId, role, paid, limits }: GroupMember): object {
  const spent = group.spent.find((each) => each.userId === userId);
  const isHers = role !== 'member';
  return {
    groupId: group.groupId, name: group.name, kind: group.kind, active: group.active, role, paid,
    limits: limits ?? group.limits, siteIds: group.siteIds, hours: group.hours, timeZone: group.timeZone,
    currency: group.currency,
    spent: spent === undefined ? null : { month: spent.month, amountMinor: spent.amountMinor },
    balanceMinor: isHers ? group.balanceMinor : null, heldMinor: isHers ? group.heldMinor : null,
    members: isHers ? group.members : null,
  };
}
