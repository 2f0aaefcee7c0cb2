// Sends the webhooks of the local gateway, each until it was taken; what goes wrong on purpose goes wrong here.
import { signWebhook, SIGNATURE_HEADER } from '../../ev-central/payments/local/signature.ts';
import type { LocalEvent } from '../../ev-central/payments/local/words.ts';
import type { GatewayBook } from './book.ts';
import type { Manner } from './magic.ts';

export type WebhookSender = { look(): void; close(): void };

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;
/** A webhook that comes in the wrong order waits this long for the next one of its payment. */
const REVERSED_MS = 700;
const CALL_MS = 5_000;

export function createWebhookSender({ book, url, secret, mannerOf }: {
  book: GatewayBook; url: string | null; secret: string; mannerOf: (event: LocalEvent) => Manner['webhooks'];
}): WebhookSender {
  const started = new Set<string>();
  const heard = new Set<string>();
  const ending = new AbortController();

  async function send(event: LocalEvent): Promise<void> {
    const manner = mannerOf(event);
    if (manner !== 'lost' && url !== null) {
      // The first of a payment waits for the second.
      const isFirst = !heard.has(event.payment.reference);
      heard.add(event.payment.reference);
      if (manner === 'reversed' && isFirst) await pause(REVERSED_MS);
      await deliver(event, url);
      if (manner === 'twice') await deliver(event, url);
    }
    if (!ending.signal.aborted) book.sent(event.eventId);
  }

  async function deliver(event: LocalEvent, to: string): Promise<void> {
    const body = JSON.stringify(event);
    for (let pauseMs = FIRST_RETRY_MS; !ending.signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_RETRY_MS)) {
      const headers = { 'content-type': 'application/json', [SIGNATURE_HEADER]: signWebhook(body, secret, Date.now()) };
      const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(CALL_MS)]);
      const isTaken = await fetch(to, { method: 'POST', body, headers, signal }).then(({ ok }) => ok, () => false);
      if (isTaken) return;
      await pause(pauseMs);
    }
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      ending.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      }, { once: true });
    });
  }

  return {
    look() {
      for (const event of book.unsent()) {
        if (started.has(event.eventId)) continue;
        started.add(event.eventId);
        void send(event);
      }
    },
    close: () => ending.abort(),
  };
}
