// A webhook of a payment gateway, as whoever listens for HTTP takes it in. The caller answers with the status only when
// the input was committed: a gateway that hears nothing sends it again.
import type { Input } from '../core/inputs.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { PaymentGateway, WebhookHeaders } from './port.ts';

export type TakenWebhook = {
  readonly status: 200 | 400 | 404 | 413;
  /** Null: there is nothing to commit. */
  readonly input: Extract<Input, { kind: 'payment-event' }> | null;
  /** Why it was refused, for the log; the sender is told nothing. */
  readonly why: string | null;
};

/** `headers` with names in lower case; `rawBody` as it came, for the signature is over its bytes. */
export function takeWebhook(
  gateway: PaymentGateway | undefined, headers: WebhookHeaders, rawBody: Buffer,
): TakenWebhook {
  if (gateway === undefined) return { status: 404, input: null, why: 'no such gateway' };
  if (rawBody.length > LIMITS.webhookBytes) return { status: 413, input: null, why: `${rawBody.length} bytes` };
  const reading = gateway.readWebhook(headers, rawBody);
  switch (reading.kind) {
    case 'event': return { status: 200, input: { kind: 'payment-event', event: reading.event }, why: null };
    case 'ignored': return { status: 200, input: null, why: null };
    case 'refused': return { status: 400, input: null, why: reading.why };
  }
}
