// Orders about accounts, vehicles and tokens, as the REST API and `admin user` give them.
import { z } from 'zod';
import { userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { bcryptHashSchema, connectorTypeSchema, noteSchema, powerWSchema } from './values.ts';

export const LANGUAGES = ['en', 'es', 'pt'] as const;
export const languageSchema = z.enum(LANGUAGES);
export type Language = z.infer<typeof languageSchema>;

/** Of an address; a letter's head has no room for line breaks and the like, which this form has not. */
export const emailSchema = z.email().max(254);

export const profileSchema = z.object({
  // A name goes into no letter's head, but it is shown in terminals: no control characters.
  name: z.string().max(120).regex(/^\P{Cc}*$/u, 'must not hold control characters'),
  language: languageSchema,
  /** IANA name, such as Europe/Madrid. */
  timeZone: z.string().min(1).max(60),
});
export type Profile = z.infer<typeof profileSchema>;

/** What somebody says who wants an account. Its id and password come with the code from the letter. */
export const registrationSchema = z.object({ ...profileSchema.shape, email: emailSchema, currency: currencySchema });
export type Registration = z.infer<typeof registrationSchema>;

export const vehicleIdSchema = z.string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'must be letters, digits, "_", "." or "-", at most 64');
export const vehicleSchema = z.object({
  vehicleId: vehicleIdSchema,
  batteryWh: z.int().min(1_000).max(2_000_000),
  connectorType: connectorTypeSchema,
  maxPowerW: powerWSchema.positive(),
});
export type VehicleRow = z.infer<typeof vehicleSchema>;

/** The uid of a card in hexadecimal capitals, or the id of an app or QR code. */
export const tokenIdSchema = z.string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{3,35}$/, 'must be 4 to 36 letters, digits, "_", "." or "-"');
export const TOKEN_KINDS = ['rfid', 'app', 'qr'] as const;
export const tokenKindSchema = z.enum(TOKEN_KINDS);
export type TokenKind = z.infer<typeof tokenKindSchema>;

/** Tokens in one order: all of them are issued, or none. With the longest ids they fit into a frame. */
export const MOST_TOKENS_AT_ONCE = 300;
/** The same over HTTP, where an order needs no frame: one transaction carries it well. */
export const MOST_TOKENS_OF_FILE = 5_000;
export const newTokenSchema = z.object({
  userId: userIdSchema, tokenId: tokenIdSchema, tokenKind: tokenKindSchema, expiresAtMs: z.int().positive().nullable(),
});
export type NewToken = z.infer<typeof newTokenSchema>;

export const accountOrders = [
  z.object({ kind: z.literal('put-person'), userId: userIdSchema, profile: profileSchema }),
  /** The new address counts once the code in its letter comes back; until then the old one does. */
  z.object({ kind: z.literal('change-email'), userId: userIdSchema, email: emailSchema }),
  z.object({ kind: z.literal('send-reset-code'), userId: userIdSchema, note: noteSchema }),
  z.object({ kind: z.literal('change-password'), userId: userIdSchema, passwordHash: bcryptHashSchema }),
  z.object({ kind: z.literal('forget-person'), userId: userIdSchema, note: noteSchema }),
  z.object({ kind: z.literal('end-log-ins'), userId: userIdSchema }),
  z.object({ kind: z.literal('put-vehicle'), userId: userIdSchema, vehicle: vehicleSchema }),
  z.object({ kind: z.literal('remove-vehicle'), userId: userIdSchema, vehicleId: vehicleIdSchema }),
  z.object({ kind: z.literal('issue-tokens'), tokens: z.array(newTokenSchema).min(1).max(MOST_TOKENS_AT_ONCE) }),
  z.object({
    kind: z.literal('block-token'), tokenId: tokenIdSchema, note: noteSchema,
    /** Whose it must be; null: anybody's. */
    userId: userIdSchema.nullable(),
  }),
  z.object({ kind: z.literal('unblock-token'), tokenId: tokenIdSchema, note: noteSchema }),
  z.object({ kind: z.literal('remove-token'), tokenId: tokenIdSchema, note: noteSchema }),
] as const;
