import { expect, test } from 'vitest';
import { readGroups } from './group-file.ts';

test('groups are read from CSV, a line for each member; the first line has what is of the group', () => {
  expect(readGroups('group_id,name,currency,user_id,role,paid,per_session,per_month\n'
    + 'vans,"Vans, north",EUR,ana,owner,no,,\nvans,,EUR,ben,,,25.00,300\nsmiths,,JPY,cat,,yes,,500\n')).toEqual({
    bad: [],
    groups: [
      {
        groupId: 'vans', name: 'Vans, north', kind: 'fleet', currency: 'EUR', active: true, timeZone: 'UTC',
        limits: { perSessionMinor: null, perMonthMinor: null }, siteIds: null, hours: null,
        members: [
          { userId: 'ana', role: 'owner', paid: false, limits: null },
          { userId: 'ben', role: 'member', paid: true, limits: { perSessionMinor: 2_500, perMonthMinor: 30_000 } },
        ],
      },
      expect.objectContaining({
        groupId: 'smiths',
        members: [{ userId: 'cat', role: 'member', paid: true, limits: { perSessionMinor: null, perMonthMinor: 500 } }],
      }),
    ],
  });
});

test('a group with a bad line is left out as a whole, and the line is named', () => {
  const { groups, bad } = readGroups(
    'group_id,currency,user_id,per_month\na,EUR,ana,1.00\na,EUR,ben,lots\nb,EUR,cat,\n');
  expect(groups.map(({ groupId }) => groupId)).toEqual(['b']);
  expect(bad).toEqual([{ where: 'line 2', why: expect.stringContaining('members.1.limits.perMonthMinor') as string }]);
});

test.each([
  ['group_id,user_id\na,ana\n', 'line 1', 'there is no column currency'],
  ['[{', 'the file', 'JSON'],
  ['[{ "groupId": "a", "currency": "EUR", "members": [{ "userId": "x" }, { "userId": "x" }] }]', 'group 1',
    'a user is a member once'],
])('%j is refused in words', (text, where, why) => {
  expect(readGroups(text)).toEqual({ groups: [], bad: [{ where, why: expect.stringContaining(why) as string }] });
});

test('groups are read from JSON as an order has them, with what is usual for the rest', () => {
  expect(readGroups('{ "groupId": "a", "currency": "EUR", "members": [{ "userId": "ana" }] }').groups)
    .toMatchObject([{ groupId: 'a', kind: 'fleet', members: [{ userId: 'ana', role: 'member', paid: true }] }]);
});
