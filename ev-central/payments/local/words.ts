// What the local gateway says over HTTP, for its adapter here and for the gateway itself (scripts/gateway).
import { z } from 'zod';

const amount = z.int().nonnegative();

/** One payment as the gateway holds it. */
export const localPaymentSchema = z.object({
  reference: z.string().min(1).max(100),
  /** Our own id of it. */
  paymentId: z.string().min(1).max(100),
  status: z.enum(['pending', 'requires-action', 'authorized', 'captured', 'declined', 'cancelled', 'expired']),
  amountMinor: amount, capturedMinor: amount, refundedMinor: amount,
  currency: z.string(),
  actionUrl: z.string().nullable(),
  reason: z.string().nullable(),
});
export type LocalPayment = z.infer<typeof localPaymentSchema>;

export const localEventSchema = z.object({ eventId: z.string().min(1).max(100), payment: localPaymentSchema });
export type LocalEvent = z.infer<typeof localEventSchema>;

export const localErrorSchema = z.object({ error: z.string() });
