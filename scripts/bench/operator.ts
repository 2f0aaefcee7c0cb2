// An operator's connection that a bench keeps to EV_Central, and finds again when EV_Central was started anew.
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { OperatorClient } from '../../ev-central/cli/operator-client.ts';
import { TOKEN_FILE } from '../../ev-central/links/operator-token.ts';
import { join } from 'node:path';
import type { Network } from '../network/network.ts';
import type { Stage } from './bench.ts';

const RETRY_MS = 25;

export type Operator = {
  /** Monitors that are let in, as EV_Central counts them now. */
  monitors(): Promise<number>;
  close(): Promise<void>;
};

/** Logs in by the token of this machine and asks one question; tries until EV_Central answers. */
export async function operatorAt(stage: Stage, network: Network, timeoutMs: number): Promise<Operator> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    stage.ended.throwIfAborted();
    try {
      const token = readFileSync(join(network.centralDir, TOKEN_FILE), 'utf8').trim();
      const target = { host: '127.0.0.1', port: network.centralPort, tls: null, insecure: false };
      const client = await OperatorClient.connect(target, { token });
      const operator: Operator = {
        async monitors() {
          const { rows } = await client.page('status', {}, null, 1);
          return Number(rows[0]?.['monitors'] ?? 0);
        },
        close: () => client.close(),
      };
      await operator.monitors();
      return operator;
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
      await pause(RETRY_MS);
    }
  }
}
