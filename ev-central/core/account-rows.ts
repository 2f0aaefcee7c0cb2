// The rows about people beside their accounts. What a person is called and where she is written to stands here alone:
// no message, screen or log has it, and forgetting it leaves money and tickets by id.
import type { GroupId, UserId } from '../../shared/ids.ts';
import type { Language, Profile, Registration, TokenKind, VehicleRow } from '../../shared/messages/accounts.ts';
import type { Currency } from '../../shared/money.ts';
import type { NotificationPreferences } from '../../shared/messages/notification.ts';

export type Person = Profile & {
  readonly userId: UserId;
  /** Verified: a code that was sent there came back. Null: none is known. */
  readonly email: string | null;
};

export type CodePurpose = 'register' | 'verify-email' | 'reset-password';

/**
 * A code in a letter, by the letter's id: it serves once. The code itself is nowhere stored: the shell makes it of the
 * id, under a key, when it writes the letter and when somebody brings it.
 */
export type AccountCode = {
  readonly codeId: string;
  readonly purpose: CodePurpose;
  /** Null: a registration; nobody has the account yet. */
  readonly userId: UserId | null;
  /** What the code proves: that its bearer reads what is sent there. */
  readonly email: string;
  readonly registration: Registration | null;
  readonly expiresAtMs: number;
};

export type MailKind = CodePurpose | 'already-registered' | 'password-changed' | 'email-changed'
  | 'debt-reminder' | 'debt-final';

/** What a reminder says; `groupId`: whose debt it is, null: her own. */
export type DebtFacts = {
  readonly owedMinor: number; readonly currency: Currency; readonly sinceMs: number; readonly groupId: GroupId | null;
};

/** A letter that must arrive. */
export type Mail = {
  readonly mailId: string;
  readonly userId: UserId | null;
  readonly what: MailKind;
  readonly email: string;
  readonly language: Language;
  readonly state: 'waiting' | 'sending' | 'sent' | 'given-up';
  readonly failures: number;
  readonly madeAtMs: number;
  /** Waiting: when it is tried again; over: when the row goes. */
  readonly nextAtMs: number;
  readonly error: string;
  /** Of a reminder. */
  readonly facts: DebtFacts | null;
};

/** What somebody has chosen about notifications; who has not has no row. */
export type ContactPreferences = NotificationPreferences & { readonly userId: UserId };

export type Vehicle = VehicleRow & { readonly userId: UserId };

/** `<user>#<vehicle>`; an id has no '#'. */
export function vehicleKey({ userId, vehicleId }: Pick<Vehicle, 'userId' | 'vehicleId'>): string {
  return `${userId}#${vehicleId}`;
}

/** A card, app or QR code that stands for a person. */
export type ChargeToken = {
  readonly tokenId: string;
  readonly kind: TokenKind;
  readonly userId: UserId;
  readonly blocked: boolean;
  readonly expiresAtMs: number | null;
  readonly issuedAtMs: number;
};
