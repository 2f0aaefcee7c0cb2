// The lines of a ticket. A line is what one price component of the session's OCPI tariff came to, or what a minimum or
// a maximum price added. Tickets of before prices were OCPI's have lines by bands of the day: what was issued is not
// written anew, so these stay readable.
import { z } from 'zod';

const whole = z.int().nonnegative();
/** Millionths of the major unit, rounded half-even for display; the total is not made of these. */
const micros = z.int();

/** Decimal text such as `0.45` or `21`. */
const decimalText = z.string().regex(/^\d+(\.\d+)?$/);

/** In a correction quantities and amounts are what came to the earlier tickets, and may be negative. */
const componentLineSchema = z.object({
  kind: z.enum(['ENERGY', 'FLAT', 'PARKING_TIME', 'TIME']),
  /** For a reservation, not for a charge. */
  reservation: z.boolean(),
  /** The element of the tariff and its price component, both counted from 0. */
  element: whole, component: whole,
  /** What was used, and what is billed after the step size: Wh, ms, or 1 for a flat fee. */
  quantity: z.int(), billed: z.int(),
  /** Of a kWh, an hour, a session; without VAT. */
  unitPrice: decimalText,
  /** Per cent; null: no VAT applies. */
  vatPercent: decimalText.nullable(),
  exclVatMicros: micros, inclVatMicros: micros,
  /** First and last moment at which the component was in force, UTC ms; there may be others between. */
  fromMs: whole, toMs: whole,
  /** The version of the price series that the component names, and the hour whose price this is; null: it has none. */
  series: z.string().max(80).optional(), hourMs: whole.nullable().optional(),
});
export type ComponentTicketLine = z.infer<typeof componentLineSchema>;

const boundLineSchema = z.object({
  kind: z.enum(['MIN_PRICE', 'MAX_PRICE']),
  exclVatMicros: micros, inclVatMicros: micros,
});
export type BoundTicketLine = z.infer<typeof boundLineSchema>;

/** What a plan takes off what bears one VAT rate; its amounts are below zero, but in a correction. */
const discountLineSchema = z.object({
  kind: z.literal('DISCOUNT'),
  plan: z.string().max(64), name: z.string().max(60), vatPercent: decimalText.nullable(),
  exclVatMicros: micros, inclVatMicros: micros,
});

/** What a reservation took that was not used: so many per cent of its fee, which bears no VAT. */
const FEE_REASONS = ['no-show', 'late-cancellation', 'not-used'] as const;
const reservationLineSchema = z.object({
  kind: z.literal('RESERVATION'),
  why: z.enum(FEE_REASONS),
  feeMinor: whole, percent: z.int().min(0).max(100),
  exclVatMicros: micros, inclVatMicros: micros,
});
export type ReservationTicketLine = z.infer<typeof reservationLineSchema>;

/** Is this ticket, or the session that it belongs to, the fee of a reservation? Nobody charged, then. */
export function isReservationFee({ endReason }: { readonly endReason: string | null }): boolean {
  return FEE_REASONS.some((reason) => reason === endReason);
}

/** Of tickets before OCPI tariffs: `quantity` is Wh for energy, ms for time, 1 for a session. */
const bandLineSchema = z.object({
  kind: z.enum(['energy', 'time', 'session']),
  fromMinute: z.int(), toMinute: z.int(),
  quantity: whole,
  unitPriceMicros: whole,
  amountMicros: whole,
});
export type BandTicketLine = z.infer<typeof bandLineSchema>;

export const ticketLineSchema = z.discriminatedUnion('kind', [
  componentLineSchema, boundLineSchema, discountLineSchema, reservationLineSchema, bandLineSchema,
]);
export type TicketLine = z.infer<typeof ticketLineSchema>;

/** Is a ticket's line one of before OCPI tariffs? */
export function isBandLine(line: TicketLine): line is BandTicketLine {
  return line.kind === 'energy' || line.kind === 'time' || line.kind === 'session';
}
