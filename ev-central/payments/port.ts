// The port behind which payment gateways stand. It speaks the core's neutral words: an adapter puts a gateway's own
// into them, and no other file knows which gateways there are.
import type { GatewayAsk, GatewayEvent, GatewayOutcome } from '../core/payment-rows.ts';

type AskOf<K extends GatewayAsk['kind']> = Extract<GatewayAsk, { kind: K }>;

/**
 * Each call comes to an end by itself within `CALL_MS`, and says in its outcome whether something was carried out, was
 * certainly not, or may have been. What it throws counts as "may have been".
 */
export type PaymentGateway = {
  readonly name: string;
  authorize(ask: AskOf<'authorize'>): Promise<GatewayOutcome>;
  capture(ask: AskOf<'capture'>): Promise<GatewayOutcome>;
  cancel(ask: AskOf<'cancel'>): Promise<GatewayOutcome>;
  refund(ask: AskOf<'refund'>): Promise<GatewayOutcome>;
  fetch(ask: AskOf<'fetch'>): Promise<GatewayOutcome>;
  /** Where the payer confirms now; null when nothing is to be confirmed there. It holds a secret: nobody keeps it. */
  actionUrl(reference: string): Promise<string | null>;
  /** Proves a webhook by its signature over the body as it came, byte by byte, and reads it. */
  readWebhook(headers: WebhookHeaders, rawBody: Buffer): WebhookReading;
};

export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;
export type WebhookReading =
  | { readonly kind: 'event'; readonly event: GatewayEvent }
  /** It is the gateway's, about something that is of no interest here. */
  | { readonly kind: 'ignored' }
  /** Unsigned, wrongly signed, too old, or not understandable. */
  | { readonly kind: 'refused'; readonly why: string };

/** Less than the core waits (`ANSWER_MS`), so that an outcome is what the gateway says and not what the clock says. */
export const CALL_MS = 20_000;

/** The value of a header; null when it is missing or stands there twice. */
export function headerOf(headers: WebhookHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}
