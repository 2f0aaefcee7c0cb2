// Why somebody was refused: closed unions. The words for people stand in shared/words; nothing is refused without one.
import { z } from 'zod';

/** Why a charge request was refused. */
export const REFUSALS = [
  'expired', 'user-unknown', 'user-inactive', 'balance-negative', 'balance-too-low', 'too-many-sessions',
  'outside-hours', 'point-unknown', 'site-unknown', 'connector-unknown', 'nothing-fits', 'power-above-limit',
  'point-disconnected', 'point-faulted', 'point-out-of-order', 'point-barred', 'point-busy', 'point-key-invalid',
  'queue-full', 'already-waiting', 'central-overloaded', 'point-refused', 'point-silent', 'bus-down', 'wrong-pin',
  'locked-out', 'no-such-session', 'session-over', 'not-yours', 'currency-mismatch', 'monitor-away', 'central-away',
  'cancelled', 'expires-too-late', 'no-tariff', 'group-inactive', 'group-site', 'group-hours', 'group-limit-session',
  'group-limit-month',
] as const;
export const refusalSchema = z.enum(REFUSALS);
export type Refusal = z.infer<typeof refusalSchema>;

/** Why a log-in or an authentication was refused. */
export const ACCESS_REFUSALS = [
  'unknown-or-wrong', 'locked-out', 'code-required', 'code-wrong', 'second-factor-missing', 'user-inactive',
  'role-not-allowed', 'point-unknown', 'point-barred',
  'key-revoked', 'point-revoked', 'two-monitors', 'replaced', 'version-mismatch', 'central-standby', 'malformed',
] as const;
export const accessRefusalSchema = z.enum(ACCESS_REFUSALS);
export type AccessRefusal = z.infer<typeof accessRefusalSchema>;

/** Why a point refused or could not carry out a command. */
export const COMMAND_REFUSALS = [
  'expired', 'connector-unknown', 'connector-busy', 'faulted', 'inoperative', 'central-away', 'journal-full',
  'session-unknown', 'not-supported', 'timed-out',
] as const;
export const commandRefusalSchema = z.enum(COMMAND_REFUSALS);
export type CommandRefusal = z.infer<typeof commandRefusalSchema>;
