// What a person at Central's screen should read: the last lines, newest last.
import type { MessageLevel, ScreenMessage } from '../shared/screen/handle.ts';

const KEPT = 200;

export type MessageBoard = {
  add(atMs: number, level: MessageLevel, text: string): void;
  lines(): readonly ScreenMessage[];
};

export function createMessageBoard(): MessageBoard {
  let lines: ScreenMessage[] = [];
  return {
    add(atMs, level, text) {
      lines.push({ atMs, level, text });
      if (lines.length > 2 * KEPT) lines = lines.slice(-KEPT);
    },
    lines: () => lines.slice(-KEPT),
  };
}
