// Where payment gateways tell their news. No token: the signature over the raw body is the guard, and whoever has none
// learns nothing. The answer comes after the commit; anything but 2xx makes a gateway send it again.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LIMITS } from '../../shared/limits.ts';
import type { Api } from './operation.ts';
import type { Counted } from './gate.ts';
import { Problem, type ProblemCode } from './problem.ts';

const PATH = '/webhooks/:gateway';
/** What a gateway is told with each status that is no success. */
const WORDS = {
  400: ['bad-request', 'The webhook proves nothing.'], 404: ['not-found', 'There is no such payment gateway.'],
  413: ['too-large', 'The webhook is too large.'],
} as const satisfies Record<number, readonly [ProblemCode, string]>;

export async function addWebhooks(
  app: FastifyInstance, api: Api,
  count: (request: FastifyRequest, key: string) => Promise<Counted | null>,
): Promise<void> {
  await app.register(async (scope) => {
    // A signature is over the bytes as they came, whatever they are said to be.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post<{ Params: { gateway: string } }>(PATH, {
      bodyLimit: LIMITS.webhookBytes,
      onRequest: async (request) => {
        const counted = await count(request, `webhook ${request.ip}`);
        if (counted?.exceeded === true) throw later(String(Math.max(1, counted.seconds)));
      },
    }, async (request, reply) => {
      if (api.isFull() || api.isOver()) throw later('5');
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const status = await api.webhook(request.params.gateway, request.headers, body).catch(() => {
        throw later('5');
      });
      if (status === 200) return reply.code(200).send();
      const [code, detail] = WORDS[status as keyof typeof WORDS];
      throw new Problem(code, detail);
    });
  });
}

function later(seconds: string): Problem {
  return new Problem('too-many-requests', 'Send it again later.', {}, { 'retry-after': seconds });
}
