// Carries out what the core wants of payment gateways, and gives what came of it back as an input. It keeps nothing: an
// answer that is lost with the process is asked for again from the payment's row.
import type { Effect } from '../core/effects.ts';
import type { Input } from '../core/inputs.ts';
import type { GatewayAsk, GatewayOutcome } from '../core/payment-rows.ts';
import type { Log } from '../../shared/log.ts';
import { describeError } from '../../shared/log.ts';
import type { PaymentGateway } from './port.ts';

export type PaymentEffect = Extract<Effect, { kind: 'payment' }>;
export type PaymentDesk = {
  carryOut(effect: PaymentEffect): void;
  /** Where a payer confirms; null when nothing is to be confirmed there. Throws when the gateway cannot be asked. */
  actionUrl(gateway: string, reference: string): Promise<string | null>;
};

/** How long a reason of a gateway may be, in rows, events and logs. */
const REASON_LENGTH = 300;

export function createPaymentDesk({ gateways, give, log }: {
  gateways: ReadonlyMap<string, PaymentGateway>; give: (input: Input) => void; log: Log;
}): PaymentDesk {
  return {
    carryOut({ gateway: name, paymentId, key, attempt, ask: wanted }) {
      const gateway = gateways.get(name);
      const asked = gateway === undefined
        ? Promise.resolve<GatewayOutcome>({ kind: 'unavailable', reason: `no gateway ${name} is configured` })
        : ask(gateway, wanted).catch((error: unknown): GatewayOutcome =>
          ({ kind: 'uncertain', reason: describeError(error) }));
      void asked.then((outcome) => {
        const said = outcome.kind === 'answered' ? outcome.snapshot.status : outcome.reason.slice(0, REASON_LENGTH);
        const level = outcome.kind === 'answered' ? 'info' : 'warn';
        const ids = { gateway: name, paymentId, key, attempt };
        log(level, 'payment-answer', { ...ids, ask: wanted.kind, outcome: outcome.kind, said });
        give({ kind: 'payment-outcome', paymentId, key, attempt, outcome: bounded(outcome) });
      });
    },
    async actionUrl(name, reference) {
      return await gateways.get(name)?.actionUrl(reference) ?? null;
    },
  };
}

function ask(gateway: PaymentGateway, wanted: GatewayAsk): Promise<GatewayOutcome> {
  switch (wanted.kind) {
    case 'authorize': return gateway.authorize(wanted);
    case 'capture': return gateway.capture(wanted);
    case 'cancel': return gateway.cancel(wanted);
    case 'refund': return gateway.refund(wanted);
    case 'fetch': return gateway.fetch(wanted);
  }
}

function bounded(outcome: GatewayOutcome): GatewayOutcome {
  return outcome.kind === 'answered' ? outcome : { ...outcome, reason: outcome.reason.slice(0, REASON_LENGTH) };
}
