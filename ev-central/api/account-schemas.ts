// Schemas of accounts, vehicles and tokens as the API sends and takes them.
import { z } from 'zod';
import { userIdSchema } from '../../shared/ids.ts';
import {
  emailSchema, languageSchema, MOST_TOKENS_OF_FILE, profileSchema, tokenIdSchema, tokenKindSchema, vehicleSchema,
} from '../../shared/messages/accounts.ts';
import { noteSchema } from '../../shared/messages/values.ts';
import { currency, currencySchema } from '../../shared/money.ts';
import { named } from './operation.ts';
import { momentSchema } from './outside.ts';

const AT = new Date(1_763_700_000_000).toISOString();
const CODE = 'k7f2-812-ABCDEFGHIJKLMNOPQRST';

export const passwordSchema = z.string().min(8).max(72)
  .refine((text) => Buffer.byteLength(text) <= 72, 'at most 72 bytes');
const codeSchema = z.string().min(1).max(120).describe('as it stands in the letter');
/** For what an open session is not enough. */
export const confirmShape = {
  password: z.string().min(1).max(200).describe('your present one'),
  code: z.string().min(1).max(64).optional().describe('of the authenticator, for who has a second factor'),
};
const CONFIRM = { password: 'correct horse' };

export const takenSchema = named('Taken', z.object({ detail: z.string() }),
  { detail: 'A letter is on its way to this address, unless it got too many.' });
export const doneSchema = named('AccountChanged', z.object({ text: z.string() }),
  { text: 'the password of ana is changed; all log-ins are ended' });
export const accountSchema = named('AccountOf', z.object({ userId: userIdSchema }), { userId: 'ana' });

export const registerBody = named('Registration', z.strictObject({
  email: emailSchema, name: profileSchema.shape.name.default(''), language: languageSchema.default('en'),
  timeZone: profileSchema.shape.timeZone.default('UTC'), currency: currencySchema.default(currency('EUR')),
}), { email: 'ana@example.org', name: 'Ana', language: 'es', timeZone: 'Europe/Madrid', currency: 'EUR' });
export const verifyBody = named('Verification', z.strictObject({
  code: codeSchema,
  userId: userIdSchema.optional().describe('for a new account: the id that you choose; everybody may see it'),
  password: passwordSchema.optional().describe('for a new account'),
}), { code: CODE, userId: 'ana', password: 'correct horse' });
export const askResetBody = named('PasswordForgotten', z.strictObject({
  who: z.string().min(1).max(254).describe('your e-mail address, or the id of your account'),
}), { who: 'ana@example.org' });
export const resetBody = named('PasswordReset', z.strictObject({ code: codeSchema, password: passwordSchema }),
  { code: CODE, password: 'correct horse' });

const profile = { name: 'Ana', language: 'es', timeZone: 'Europe/Madrid' };
export const profileOut = named('Profile', z.object({
  userId: userIdSchema, ...profileSchema.shape, email: z.string().nullable().describe('verified; null: none'),
}), { userId: 'ana', ...profile, email: 'ana@example.org' });
export const profileBody = named('ProfileEdit', z.strictObject(profileSchema.shape), profile);
export const emailBody = named('EmailEdit', z.strictObject({ email: emailSchema, ...confirmShape }),
  { email: 'ana@example.net', ...CONFIRM });
export const passwordBody = named('PasswordEdit', z.strictObject({ newPassword: passwordSchema, ...confirmShape }),
  { newPassword: 'battery staple', ...CONFIRM });
export const confirmBody = named('Confirmation', z.strictObject(confirmShape), CONFIRM);
export const noteBody = named('Note', z.strictObject({ note: noteSchema.default('') }), { note: 'asked by letter' });

export const passwordOfBody = named('PasswordOf', z.strictObject({ newPassword: passwordSchema }),
  { newPassword: 'battery staple' });

const vehicle = { vehicleId: 'leaf', batteryWh: 40_000, connectorType: 'IEC_62196_T2', maxPowerW: 6_600 };
export const vehicleOut = named('Vehicle', vehicleSchema, vehicle);
export const vehicleOfOut = named('VehicleOf', z.object({ ...vehicleSchema.shape, userId: userIdSchema }),
  { ...vehicle, userId: 'ana' });
export const vehicleOfBody = named('VehicleOfEdit', z.strictObject(vehicleSchema.shape), vehicle);
export const vehicleBody = named('VehicleEdit', z.strictObject(vehicleSchema.omit({ vehicleId: true }).shape),
  { batteryWh: 40_000, connectorType: 'IEC_62196_T2', maxPowerW: 6_600 });

const token = { tokenId: '04A1B2C3D4', kind: 'rfid', userId: 'ana', blocked: false, expiresAt: null, issuedAt: AT };
export const tokenOut = named('Token', z.object({
  tokenId: tokenIdSchema, kind: tokenKindSchema, userId: userIdSchema, blocked: z.boolean(),
  expiresAt: momentSchema.nullable(), issuedAt: momentSchema,
}), token);
export const tokenBody = named('TokenNew', z.strictObject({
  tokenId: tokenIdSchema.describe('of a card: its uid, in hexadecimal'), userId: userIdSchema,
  kind: tokenKindSchema.default('rfid'),
  expiresAt: z.iso.datetime({ offset: true }).nullable().default(null).describe('null: never'),
}), { tokenId: '04A1B2C3D4', userId: 'ana', kind: 'rfid', expiresAt: null });
/** As many as are taken at once, with the longest ids. */
const MOST_TOKEN_CHARACTERS = 128 * MOST_TOKENS_OF_FILE;
/** Each line has an escaped line end more. */
export const TOKEN_FILE_BYTES = MOST_TOKEN_CHARACTERS + 2 * MOST_TOKENS_OF_FILE + 1_000;

export const tokenFileBody = named('TokenFile', z.strictObject({
  csv: z.string().min(1).max(MOST_TOKEN_CHARACTERS)
    .describe('with a header: user,token and, if wanted, kind,expires (2027-12-31)'),
}), { csv: 'user,token,kind,expires\nana,04A1B2C3D4,rfid,2099-12-31\n' });

export const letterOut = named('Letter', z.object({
  mailId: z.string(), userId: userIdSchema.nullable().describe('null: of somebody who has no account yet'),
  what: z.string(), language: languageSchema, state: z.enum(['waiting', 'sending', 'sent', 'given-up']),
  failures: z.int(), madeAt: momentSchema, nextAt: momentSchema, error: z.string(),
}), {
  mailId: 'k7f2-812', userId: 'ana', what: 'reset-password', language: 'es', state: 'sent', failures: 0, madeAt: AT,
  nextAt: AT, error: '',
});
