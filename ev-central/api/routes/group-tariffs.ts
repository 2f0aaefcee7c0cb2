// Tariffs that the members of a group have at a place instead of the place's own.
import { z } from 'zod';
import { groupIdSchema, tariffIdSchema } from '../../../shared/ids.ts';
import { groupTariffSchema, tariffPlaceSchema } from '../../../shared/messages/group-tariff.ts';
import { listOperation } from '../lists.ts';
import { named, type Operation } from '../operation.ts';
import { orderOperation } from '../order-operation.ts';

const groupTariff = named('GroupTariff', groupTariffSchema,
  { groupId: 'fleet', place: 'site:ALC', tariffId: 'fleet-price' });
const bodyExample = { place: { kind: 'site', siteId: 'ALC' }, tariffId: 'fleet-price' };

export const GROUP_TARIFF_OPERATIONS: readonly Operation[] = [
  listOperation({
    id: 'listGroupTariffs', path: '/api/v1/group-tariffs', tag: 'tariffs', permission: 'groups:read',
    summary: 'Tariffs that groups have at places of their own', what: 'group-tariffs', item: groupTariff,
    filters: { groupId: groupIdSchema.optional() },
  }),
  orderOperation({
    id: 'assignGroupTariff', path: '/api/v1/groups/{groupId}/tariffs', tag: 'tariffs', permission: 'registry:write',
    params: z.strictObject({ groupId: groupIdSchema }), exampleParams: { groupId: 'fleet' },
    summary: 'Gives the members of a group a tariff at a place, or takes it from them',
    description: 'It comes before the tariffs of connector, point and site. The narrowest place decides, then the '
      + 'group that pays for the driver.',
    body: named('GroupTariffEdit', z.strictObject({
      place: tariffPlaceSchema,
      tariffId: tariffIdSchema.nullable().describe("null: the place's own again"),
    }), bodyExample),
    order: ({ groupId }, body) => ({ kind: 'assign-tariff', groupId, ...body }),
  }),
];
