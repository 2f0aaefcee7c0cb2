// Why a link ended: one closed list, for logs, screens and the decision whether to come back.

export const CLOSE_CODES = [
  'closed-by-peer', 'dead-peer', 'no-ack', 'oversized-frame', 'slow-frame', 'malformed-frame', 'refused', 'replaced',
  'socket-error', 'queue-full', 'closed',
] as const;
export type CloseCode = (typeof CLOSE_CODES)[number];

/** `detail` is one line for a person; it never holds what was in a message. */
export type CloseReason = { readonly code: CloseCode; readonly detail: string };

/** What the receiver of a good-bye takes as its own reason: being refused or replaced is told as such. */
export function reasonOfBye(bye: CloseReason): CloseReason {
  if (bye.code === 'refused' || bye.code === 'replaced') return { code: bye.code, detail: bye.detail };
  return { code: 'closed-by-peer', detail: bye.code === 'closed' ? bye.detail : `${bye.code}: ${bye.detail}` };
}
