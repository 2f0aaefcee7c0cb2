// A tariff that a group's members have at a place instead of the place's own.
import { z } from 'zod';
import { groupIdSchema, pointIdSchema, siteIdSchema, tariffIdSchema } from '../ids.ts';
import { connectorNoSchema } from './values.ts';

/** Where a group's tariff holds; everywhere: at all sites. */
export const tariffPlaceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('everywhere') }),
  z.object({ kind: z.literal('site'), siteId: siteIdSchema }),
  z.object({ kind: z.literal('point'), pointId: pointIdSchema }),
  z.object({ kind: z.literal('connector'), pointId: pointIdSchema, connectorNo: connectorNoSchema }),
]);
export type TariffPlace = z.infer<typeof tariffPlaceSchema>;

export const groupTariffSchema = z.object({
  groupId: groupIdSchema,
  /** `*`, `site:ALC`, `point:ALC-01` or `point:ALC-01#2`. */
  place: z.string().min(1).max(80),
  tariffId: tariffIdSchema,
});
export type GroupTariff = z.infer<typeof groupTariffSchema>;

/** As rows and lists name a place; an id has no '#'. */
export function placeText(place: TariffPlace): string {
  switch (place.kind) {
    case 'everywhere': return '*';
    case 'site': return `site:${place.siteId}`;
    case 'point': return `point:${place.pointId}`;
    case 'connector': return `point:${place.pointId}#${place.connectorNo}`;
  }
}
