// How long until something is seen, measured where it is seen.
import type { Notice } from '../../shared/messages/notice.ts';
import type { Charge } from './scene.ts';

export type Told<T extends Notice['type']> = {
  readonly notice: Extract<Notice, { type: T }>; readonly tookMs: number;
};

/** Waits until the driver of this charge is told so; the time from now. */
export async function untilTold<T extends Notice['type']>(
  charge: Charge, type: T, timeoutMs?: number,
): Promise<Told<T>> {
  const startedMs = performance.now();
  const notice = await charge.told(type, timeoutMs);
  return { notice, tookMs: Math.round(performance.now() - startedMs) };
}
