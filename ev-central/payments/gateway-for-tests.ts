// The local gateway as it is shipped, and a plain HTTP listener for its webhooks, as a REST API would mount it.
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebhookHeaders } from './port.ts';

export const API_KEY = 'key-of-this-test-51b1c1';
export const WEBHOOK_SECRET = 'secret-of-this-test-77aa';

export type Listener = { readonly port: number; readonly statuses: number[]; close(): Promise<void> };

/** Listens for webhooks on the loopback and answers with the status that `take` resolves to. */
export async function listenForWebhooks(
  take: (headers: WebhookHeaders, rawBody: Buffer) => Promise<number>,
): Promise<Listener> {
  const statuses: number[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => void take(request.headers, Buffer.concat(chunks)).then((status) => {
      statuses.push(status);
      response.writeHead(status).end();
    }));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'string' ? 0 : address?.port ?? 0, statuses,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function temporaryFolder(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'ev-payments-'));
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
