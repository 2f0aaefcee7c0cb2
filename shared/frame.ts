// Frames as a pure core makes them: the type and its fields; the shell that sends them adds the version and an id.
import { MESSAGE_VERSION } from './messages/message.ts';

/** A frame without its envelope; `re` names the frame that it answers. */
export type FrameBody<T> = T extends { type: string } ? Omit<T, 'v' | 'id' | 're'> & { re?: string | null } : never;

/** Makes the ids of one process's frames: unique on each link, which is all that `re` needs. */
export function createFrameIds(): () => string {
  let count = 0;
  return () => `f-${(count += 1)}`;
}

/** The whole frame, ready for `Link.send`. */
export function withEnvelope<B extends { type: string; re?: string | null }>(
  body: B, id: string,
): B & { v: number; id: string; re: string | null } {
  return { v: MESSAGE_VERSION, id, ...body, re: body.re ?? null };
}
