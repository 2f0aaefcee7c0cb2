// What the core wants done. Everything is carried out after the commit that holds the state it came from.
import type { ConnectionId, PaymentId, UserId } from '../../shared/ids.ts';
import type { Language } from '../../shared/messages/accounts.ts';
import type { Command, Notice } from '../../shared/messages/catalogue.ts';
import type { DeadLetter } from '../../shared/messages/dead-letter.ts';
import type { NetworkEvent } from '../../shared/messages/network-event.ts';
import type { Progress } from '../../shared/messages/progress.ts';
import type { Ticket } from '../../shared/messages/values.ts';
import type { Invoice } from '../../shared/messages/invoice.ts';
import type { CodeSecrets } from './code-found.ts';
import type { AttemptRow } from './figures/attempt-row.ts';
import type { ConditionRow } from './figures/condition-row.ts';
import type { InvoiceTicketRow } from './invoice-rows.ts';
import type { GatewayAsk } from './payment-rows.ts';
import type { AuditRow, HoldRow, MeterValueRow, Movement } from './rows.ts';
import type { DebtFacts, MailKind } from './account-rows.ts';

/** Must-deliver: a row of the outbox, written in the same transaction. `to` is the receiver's id. */
export type Send = { readonly kind: 'send'; readonly key: string; readonly to: string } & (
  | { readonly topic: 'commands'; readonly message: Command }
  | { readonly topic: 'notices'; readonly message: Notice }
  | { readonly topic: 'events'; readonly message: NetworkEvent }
  | { readonly topic: 'dead-letters'; readonly message: DeadLetter }
);

/** Newest wins: published once after the commit, lost with the process, sent again by the next occasion. */
export type Publish = { readonly kind: 'publish'; readonly key: string; readonly to: string } & (
  | { readonly topic: 'commands'; readonly message: Command }
  | { readonly topic: 'progress'; readonly message: Progress }
);

export type Append = { readonly kind: 'append' } & (
  | { readonly table: 'audit'; readonly row: AuditRow }
  | { readonly table: 'movements'; readonly row: Movement }
  | { readonly table: 'holds'; readonly row: HoldRow }
  | { readonly table: 'meter_values'; readonly row: MeterValueRow }
  | { readonly table: 'tickets'; readonly row: Ticket }
  | { readonly table: 'invoices'; readonly row: Invoice }
  | { readonly table: 'invoice_tickets'; readonly row: InvoiceTicketRow }
  | { readonly table: 'notices'; readonly row: Notice }
  | { readonly table: 'events'; readonly row: NetworkEvent }
  | { readonly table: 'dead_letters'; readonly row: DeadLetter }
  | { readonly table: 'attempts'; readonly row: AttemptRow }
  | { readonly table: 'conditions'; readonly row: ConditionRow }
);

export type Effect =
  | Send
  | Publish
  | Append
  /** A frame on a TCP link; the shell adds the frame's id. Frames may hold keys: they are never logged. */
  | {
      readonly kind: 'frame'; readonly connectionId: ConnectionId; readonly re: string | null;
      readonly frame: { readonly type: string } & Readonly<Record<string, unknown>>;
    }
  | { readonly kind: 'close'; readonly connectionId: ConnectionId; readonly reason: 'replaced' | 'refused' }
  /**
   * Compare with bcrypt what the link holds for this check, and find out what its one-time code is; the answer is the
   * input `password-checked`.
   */
  | {
      readonly kind: 'check-password'; readonly checkId: number; readonly connectionId: ConnectionId;
      /** Null: there is no such user, and the comparison takes as long as that of others. */
      readonly hash: string | null;
      /** Null: a code is not asked for. Never logged. */
      readonly secondFactor: CodeSecrets | null;
      /** In place of a code, a proof with this key will do; null: none will. Never logged. */
      readonly loginKeyBase64: string | null;
    }
  /** Read from the store and send `missed-notices` frames. */
  | {
      readonly kind: 'missed-notices'; readonly connectionId: ConnectionId; readonly userId: UserId;
      readonly after: number;
    }
  /**
   * Ask a payment gateway; the answer is the input `payment-outcome`. It stands in the payment's row until then: lost
   * with the process, it is made again from there.
   */
  | {
      readonly kind: 'payment'; readonly gateway: string; readonly paymentId: PaymentId;
      /** Which operation and which attempt of it the answer belongs to. */
      readonly key: string; readonly attempt: number; readonly ask: GatewayAsk;
    }
  /** A letter; the answer is the input `mail-sent`. The shell adds the code; neither it nor the address is logged. */
  | {
      readonly kind: 'send-mail'; readonly mailId: string; readonly userId: UserId | null; readonly what: MailKind;
      readonly email: string; readonly language: Language; readonly facts: DebtFacts | null;
    }
  /** Something that a person at Central's screen should read. */
  | {
      readonly kind: 'message'; readonly level: 'info' | 'warn' | 'error'; readonly text: string;
      readonly fields: Readonly<Record<string, unknown>>;
    };

export type EffectKind = Effect['kind'];
