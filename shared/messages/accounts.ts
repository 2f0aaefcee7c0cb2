// Orders about accounts, as the REST API and `admin user` give them. Codes that are sent by mail are made by whoever
// gives the order, because the core has no random source: it gets the text for the letter and the hash to keep.
import { z } from 'zod';
import { userIdSchema } from '../ids.ts';
import { currencySchema } from '../money.ts';
import { bcryptHashSchema, connectorTypeSchema, noteSchema, powerWSchema } from './values.ts';

export const newPersonSchema = z.object({
  name: z.string().max(120),
  email: z.email().max(254),
  /** A language tag, such as es or en-GB. */
  language: z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag, such as es or en-GB').max(35),
  /** IANA name, such as Europe/Madrid. */
  timeZone: z.string().min(1).max(60),
});
export type NewPerson = z.infer<typeof newPersonSchema>;

const sha256Base64 = z.string().length(44);
export const newCodeSchema = z.object({ text: z.string().min(20).max(64), sha256: sha256Base64 });
export type NewCode = z.infer<typeof newCodeSchema>;

const vehicleIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/);
export const vehicleSchema = z.object({
  vehicleId: vehicleIdSchema,
  batteryWh: z.int().min(1_000).max(2_000_000),
  connectorType: connectorTypeSchema,
  maxPowerW: powerWSchema.positive(),
});
export type VehicleRow = z.infer<typeof vehicleSchema>;

/** The uid of a card in hexadecimal, or the id of an app or QR code. */
export const tokenIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{3,35}$/, 'must be 4 to 36 letters and digits');
export const TOKEN_KINDS = ['rfid', 'app', 'qr'] as const;

export const accountOrders = [
  z.object({
    kind: z.literal('register'), userId: userIdSchema, passwordHash: bcryptHashSchema, person: newPersonSchema,
    currency: currencySchema, code: newCodeSchema,
  }),
  z.object({ kind: z.literal('put-person'), userId: userIdSchema, person: newPersonSchema, code: newCodeSchema }),
  /** `who` is an id or an e-mail address. The answer does not tell whether there is such an account. */
  z.object({
    kind: z.literal('send-code'), who: z.string().min(1).max(254), purpose: z.enum(['verify-email', 'reset-password']),
    code: newCodeSchema,
  }),
  z.object({ kind: z.literal('verify-email'), codeSha256: sha256Base64 }),
  z.object({ kind: z.literal('reset-password'), codeSha256: sha256Base64, passwordHash: bcryptHashSchema }),
  z.object({ kind: z.literal('change-password'), userId: userIdSchema, passwordHash: bcryptHashSchema }),
  z.object({ kind: z.literal('forget-person'), userId: userIdSchema, note: noteSchema }),
  z.object({ kind: z.literal('put-vehicle'), userId: userIdSchema, vehicle: vehicleSchema }),
  z.object({ kind: z.literal('remove-vehicle'), userId: userIdSchema, vehicleId: vehicleIdSchema }),
  z.object({
    kind: z.literal('issue-token'), userId: userIdSchema, tokenId: tokenIdSchema, tokenKind: z.enum(TOKEN_KINDS),
    expiresAtMs: z.int().positive().nullable(),
  }),
  z.object({ kind: z.literal('block-token'), tokenId: tokenIdSchema, blocked: z.boolean(), note: noteSchema }),
  z.object({ kind: z.literal('remove-token'), tokenId: tokenIdSchema }),
] as const;
