// The adapter of the local gateway (scripts/gateway): its HTTP and JSON into the port's words.
import { paymentId } from '../../../shared/ids.ts';
import type { GatewayOutcome, Snapshot } from '../../core/payment-rows.ts';
import { CALL_MS, headerOf, type PaymentGateway, type WebhookReading } from '../port.ts';
import { signatureFault, SIGNATURE_HEADER } from './signature.ts';
import { localErrorSchema, localEventSchema, type LocalPayment, localPaymentSchema } from './words.ts';

export type LocalGatewayOptions = {
  readonly name: string;
  readonly url: string;
  readonly apiKey: string;
  readonly webhookSecret: string;
  readonly nowMs: () => number;
  readonly callMs?: number;
};

export function createLocalGateway(options: LocalGatewayOptions): PaymentGateway {
  const { name } = options;
  const post = (path: string, key: string, body: object) => call(options, path, { key, body });
  return {
    name,
    authorize: ({ key, paymentId: id, amountMinor, currency, token, capture }) =>
      post('payments', key, { paymentId: id, amountMinor, currency, token, capture }),
    capture: ({ key, reference, amountMinor }) => post(`payments/${reference}/capture`, key, { amountMinor }),
    cancel: ({ key, reference }) => post(`payments/${reference}/cancel`, key, {}),
    refund: ({ key, reference, amountMinor }) => post(`payments/${reference}/refund`, key, { amountMinor }),
    fetch: ({ reference }) => call(options, `payments/${reference}`, null),
    actionUrl: async (reference) => (await askForPayment(options, reference)).actionUrl,
    readWebhook: (headers, rawBody) => {
      const { webhookSecret: secret } = options;
      const fault = signatureFault(headerOf(headers, SIGNATURE_HEADER), rawBody, { secret, nowMs: options.nowMs() });
      return fault === null ? readEvent(name, rawBody) : { kind: 'refused', why: fault };
    },
  };
}

function readEvent(gateway: string, rawBody: Buffer): WebhookReading {
  const parsed = localEventSchema.safeParse(parseJson(rawBody.toString('utf8')));
  if (!parsed.success) return { kind: 'refused', why: 'signed, but not understandable' };
  const { eventId, payment } = parsed.data;
  return {
    kind: 'event', event: {
      gateway, eventId, paymentId: paymentId(payment.paymentId), reference: payment.reference,
      snapshot: snapshotOf(payment),
    },
  };
}

async function call(
  options: LocalGatewayOptions, path: string, post: { key: string; body: object } | null,
): Promise<GatewayOutcome> {
  let answer: { readonly status: number; readonly body: unknown };
  try {
    answer = await send(options, path, post);
  } catch (error) {
    return wasNeverSent(error) ? { kind: 'unavailable', reason: 'the gateway cannot be reached' }
      : { kind: 'uncertain', reason: 'the gateway did not answer' };
  }
  const { status, body } = answer;
  const payment = localPaymentSchema.safeParse(body);
  if (status === 200 && payment.success) return { kind: 'answered', snapshot: snapshotOf(payment.data) };
  const told = localErrorSchema.safeParse(body);
  return outcomeOf(status, told.success ? told.data.error : `status ${status}`);
}

async function askForPayment(options: LocalGatewayOptions, reference: string): Promise<LocalPayment> {
  return localPaymentSchema.parse((await send(options, `payments/${reference}`, null)).body);
}

async function send(
  { url, apiKey, callMs = CALL_MS }: LocalGatewayOptions, path: string, post: { key: string; body: object } | null,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${url}/${path}`, {
    method: post === null ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${apiKey}`, 'content-type': 'application/json',
      ...(post === null ? {} : { 'idempotency-key': post.key }),
    },
    ...(post === null ? {} : { body: JSON.stringify(post.body) }),
    signal: AbortSignal.timeout(callMs), redirect: 'error',
  });
  return { status: response.status, body: parseJson(await response.text()) };
}

function outcomeOf(status: number, reason: string): GatewayOutcome {
  if (status === 402) return { kind: 'refused', why: 'declined', reason };
  if (status === 400 || status === 404 || status === 409 || status === 422) {
    return { kind: 'refused', why: 'not-possible', reason };
  }
  // A wrong key is mended by an operator; until then the payment waits.
  if (status === 401 || status === 403 || status === 429 || status === 503) return { kind: 'unavailable', reason };
  return { kind: 'uncertain', reason };
}

function snapshotOf({ reference, status, capturedMinor, refundedMinor, reason }: LocalPayment): Snapshot {
  return { reference, status, capturedMinor, refundedMinor, reason };
}

/** The connection was refused: nothing can have arrived. */
function wasNeverSent(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  const code = cause instanceof Error && 'code' in cause ? cause.code : null;
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
