// A group of people with one wallet (a family, a fleet), as orders put it and lists show it.
import { z } from 'zod';
import { groupIdSchema, siteIdSchema, userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { amountMinorSchema } from './values.ts';

export const GROUP_KINDS = ['family', 'fleet'] as const;
export const GROUP_ROLES = ['owner', 'manager', 'member'] as const;
/** A frame of a link has 64 KiB. */
const MEMBERS_MAX = 300;

const minuteOfDay = z.int().min(0).max(1440);

/** What a member may spend of the group's money; null: as much as there is. */
export const groupLimitsSchema = z.object({
  perSessionMinor: amountMinorSchema.positive().nullable().default(null),
  perMonthMinor: amountMinorSchema.min(0).nullable().default(null),
});
export type GroupLimits = z.infer<typeof groupLimitsSchema>;

export const groupMemberSchema = z.object({
  userId: userIdSchema,
  role: z.enum(GROUP_ROLES).default('member'),
  /** Her charges are paid by the group; at most one group pays for a user. */
  paid: z.boolean().default(true),
  /** Her own limits instead of the group's; null: those of the group. */
  limits: groupLimitsSchema.nullable().default(null),
});
export type GroupMember = z.infer<typeof groupMemberSchema>;

export const groupRowSchema = z.object({
  groupId: groupIdSchema,
  name: z.string().max(120).default(''),
  kind: z.enum(GROUP_KINDS).default('fleet'),
  currency: currencySchema,
  active: z.boolean().default(true),
  members: z.array(groupMemberSchema).max(MEMBERS_MAX)
    .refine((list) => new Set(list.map((m) => m.userId)).size === list.length, 'a user is a member once'),
  /** Of each member who has none of her own. */
  limits: groupLimitsSchema.default({ perSessionMinor: null, perMonthMinor: null }),
  /** The group pays at these sites only; null: everywhere. */
  siteIds: z.array(siteIdSchema).max(500).nullable().default(null),
  /** The group pays for what begins between these minutes of the site's day; null: at any time. */
  hours: z.object({ fromMinute: minuteOfDay, toMinute: minuteOfDay }).nullable().default(null),
  /** IANA name: in this zone a month begins. */
  timeZone: z.string().min(1).max(60).default('UTC'),
});
export type GroupRow = z.infer<typeof groupRowSchema>;
