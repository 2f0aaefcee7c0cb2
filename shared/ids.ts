// Ids are branded strings, so that a driver's id cannot be passed where a point's is wanted. They are branded here and
// nowhere else: by the schemas below when something comes in, and by the makers when Central makes one.
import { z } from 'zod';

/** Site, point, user ids: what people type. One column a character, so screens and Kafka keys stay simple. */
const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;
export const ID_RULE = 'letters, digits, "_", ".", ":" and "-", beginning with a letter or digit, at most 64';

const idSchema = z.string().regex(ID_PATTERN, `must be ${ID_RULE}`);

export const siteIdSchema = idSchema.brand<'SiteId'>();
export const pointIdSchema = idSchema.brand<'PointId'>();
export const userIdSchema = idSchema.brand<'UserId'>();
export const groupIdSchema = idSchema.brand<'GroupId'>();
export const tariffIdSchema = idSchema.brand<'TariffId'>();
export const planIdSchema = idSchema.brand<'PlanId'>();
/** A series of prices per hour. */
export const seriesIdSchema = idSchema.brand<'SeriesId'>();
export const sessionIdSchema = idSchema.brand<'SessionId'>();
/** Of a claim for charging at home. */
export const claimIdSchema = idSchema.brand<'ClaimId'>();
/** A meter at somebody's home, as its group names it; or the id of a point that stands there. */
export const meterIdSchema = idSchema.brand<'MeterId'>();
export const ticketIdSchema = idSchema.brand<'TicketId'>();
/** Made once by whoever starts something and repeated on every retry. */
export const requestIdSchema = idSchema.brand<'RequestId'>();
export const paymentIdSchema = idSchema.brand<'PaymentId'>();
/** Of a reservation, or of a recurring one. */
export const reservationIdSchema = idSchema.brand<'ReservationId'>();
export const keyIdSchema = idSchema.brand<'KeyId'>();
/** A log-in over HTTP, or a key of a machine for it. */
export const accessIdSchema = idSchema.brand<'AccessId'>();
/** One id a message; a record that is sent again keeps it. */
export const messageIdSchema = z.string().min(1).max(128).brand<'MessageId'>();
/** The path of one wish through all processes: made at the driver's key press, repeated up to the ticket. */
export const correlationIdSchema = z.string().min(1).max(80).brand<'CorrelationId'>();

export type SiteId = z.infer<typeof siteIdSchema>;
export type PointId = z.infer<typeof pointIdSchema>;
export type UserId = z.infer<typeof userIdSchema>;
export type GroupId = z.infer<typeof groupIdSchema>;
export type TariffId = z.infer<typeof tariffIdSchema>;
export type PlanId = z.infer<typeof planIdSchema>;
export type SeriesId = z.infer<typeof seriesIdSchema>;
export type SessionId = z.infer<typeof sessionIdSchema>;
export type ClaimId = z.infer<typeof claimIdSchema>;
export type MeterId = z.infer<typeof meterIdSchema>;
export type TicketId = z.infer<typeof ticketIdSchema>;
export type RequestId = z.infer<typeof requestIdSchema>;
export type PaymentId = z.infer<typeof paymentIdSchema>;
export type ReservationId = z.infer<typeof reservationIdSchema>;
export type KeyId = z.infer<typeof keyIdSchema>;
export type AccessId = z.infer<typeof accessIdSchema>;
export type MessageId = z.infer<typeof messageIdSchema>;
export type CorrelationId = z.infer<typeof correlationIdSchema>;

/** One TCP connection at Central, numbered since its start; never stored. */
export type ConnectionId = number & { readonly brand: 'ConnectionId' };

/** True when the text can be a site's, point's or user's id (see `ID_RULE`). */
export function isId(text: string): boolean {
  return ID_PATTERN.test(text);
}

// The makers: they brand what our own code composed, and trust it.
export const siteId = (text: string): SiteId => text as SiteId;
export const pointId = (text: string): PointId => text as PointId;
export const userId = (text: string): UserId => text as UserId;
export const groupId = (text: string): GroupId => text as GroupId;
export const tariffId = (text: string): TariffId => text as TariffId;
export const planId = (text: string): PlanId => text as PlanId;
export const seriesId = (text: string): SeriesId => text as SeriesId;
export const sessionId = (text: string): SessionId => text as SessionId;
export const ticketId = (text: string): TicketId => text as TicketId;
export const claimId = (text: string): ClaimId => text as ClaimId;
export const meterId = (text: string): MeterId => text as MeterId;
export const requestId = (text: string): RequestId => text as RequestId;
export const paymentId = (text: string): PaymentId => text as PaymentId;
export const reservationId = (text: string): ReservationId => text as ReservationId;
export const keyId = (text: string): KeyId => text as KeyId;
export const accessId = (text: string): AccessId => text as AccessId;
export const messageId = (text: string): MessageId => text as MessageId;
export const correlationId = (text: string): CorrelationId => text as CorrelationId;
export const connectionId = (value: number): ConnectionId => value as ConnectionId;
