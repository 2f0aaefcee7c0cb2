// The message bus for whoever looks for a fault: a topic, opened, from now on.
import { z } from 'zod';
import { TOPICS } from '../../../shared/messages/message.ts';
import { callerIn } from '../asking.ts';
import { named, operation, type Operation } from '../operation.ts';
import { Problem } from '../problem.ts';

const record = named('TopicRecord', z.object({
  topic: z.enum(TOPICS), partition: z.int(), offset: z.int(), key: z.string(), sender: z.string(),
  text: z.string().describe('the message, opened'),
}), { topic: 'facts', partition: 3, offset: 812, key: 'ALC', sender: 'ALC-01', text: '{"type":"plugged"}' });

export const TOPIC_OPERATIONS: readonly Operation[] = [
  operation({
    id: 'tailTopic', method: 'GET', path: '/api/v1/topics/{topic}/stream', tag: 'network', events: true,
    summary: 'Follows a topic of the message bus, opened', permission: 'topics:tail',
    description: 'Server-sent events: `record`, at most 200 a second; what is too fast is counted.',
    params: z.strictObject({ topic: z.enum(TOPICS) }), exampleParams: { topic: 'facts' },
    query: z.strictObject({ contains: z.string().max(100).default('').describe('records whose text has this') }),
    success: { status: 200, what: 'Events.', body: record }, problems: ['too-many-requests'],
    handle(ask, api) {
      const caller = callerIn(ask);
      const { params: { topic }, query: { contains } } = ask;
      return {
        status: 200,
        stream: ({ send, end }) => {
          const unwatch = api.live.watch(() => ({
            caller, points: null, sessions: new Set(), notices: null, allNotices: false, send, end,
            endsWithSessions: false,
          }));
          const stop = api.tools.tail({ topic, contains }, (data) => send({ name: 'record', data }));
          if (stop !== null) return () => {
            unwatch();
            stop();
          };
          unwatch();
          throw new Problem('too-many-requests', 'Too many topics are followed: end one first.');
        },
      };
    },
  }),
];
