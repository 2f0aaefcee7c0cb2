// The rows about people beside their accounts. What a person is called and where she is written to stands in `Person`
// alone: no message, screen or log has it, and forgetting it leaves money and tickets by id.
import type { UserId } from '../../shared/ids.ts';
import type { NewPerson, VehicleRow } from '../../shared/messages/accounts.ts';

export type Person = NewPerson & {
  readonly userId: UserId;
  /** A code that was sent there came back. */
  readonly emailVerified: boolean;
};

/** A code in a letter, by its SHA-256 (base64): it serves once. */
export type AccountCode = {
  readonly sha256: string;
  readonly userId: UserId;
  readonly purpose: 'verify-email' | 'reset-password';
  /** The account waits for it: it becomes active with the code, and goes when the code has expired. */
  readonly activates: boolean;
  readonly expiresAtMs: number;
};

export type MailKind = 'verify-email' | 'reset-password' | 'already-registered' | 'password-changed';

/** A letter that must arrive. It goes to the person's present address. */
export type Mail = {
  readonly mailId: string;
  readonly userId: UserId;
  readonly what: MailKind;
  /** Wrapped in the database, and forgotten when it was sent. Never logged. */
  readonly code: string | null;
  readonly state: 'waiting' | 'sent' | 'given-up';
  readonly attempts: number;
  readonly madeAtMs: number;
  /** When it is tried again; once it is over: when the row goes. */
  readonly nextAtMs: number;
  readonly error: string;
};

export type Vehicle = VehicleRow & { readonly userId: UserId };

/** `<user>#<vehicle>`; an id has no '#'. */
export function vehicleKey({ userId, vehicleId }: Pick<Vehicle, 'userId' | 'vehicleId'>): string {
  return `${userId}#${vehicleId}`;
}

/** A card, app or QR code that stands for a person. */
export type ChargeToken = {
  readonly tokenId: string;
  readonly kind: 'rfid' | 'app' | 'qr';
  readonly userId: UserId;
  readonly blocked: boolean;
  readonly expiresAtMs: number | null;
  readonly issuedAtMs: number;
};
