// The WebSocket, as the document shows it. What is said on it stands in web-socket.ts.
import { operation, type Operation } from '../operation.ts';
import { Problem } from '../problem.ts';

export const WEB_SOCKET_OPERATION: Operation = operation({
  id: 'liveSocket', method: 'GET', path: '/api/v1/live', tag: 'sessions', summary: 'Live updates on a WebSocket',
  description: 'Your notices and charges come by themselves: `{ "type": "notice" | "session", "data": … }`. More comes '
    + 'when you ask for it: `{ "type": "watch-points", "siteId": null }`, `{ "type": "watch-session", "sessionId": … }`'
    + ', and `unwatch-…`. A page in a browser gives its token as a subprotocol: `ev.v1, bearer.TOKEN`.',
  permission: 'self:read', problems: ['bad-request'],
  success: { status: 101, what: 'It is a WebSocket now.', body: null },
  handle: () => {
    throw new Problem('bad-request', 'This address is for WebSockets: ask for an upgrade.');
  },
});
