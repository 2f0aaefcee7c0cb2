// JSON lines on a stream: how a program drives a process (`--control`): one order a line in, one answer a line out.
import { createInterface } from 'node:readline';

/** A line that is no JSON is not repeated: it may hold a PIN. */
export type JsonLine = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

/** Calls `onLine` for each line that is not blank, in order, and `onEnd` once when the stream is over. */
export function readJsonLines(
  stream: NodeJS.ReadableStream, { onLine, onEnd }: { onLine: (line: JsonLine) => void; onEnd: () => void },
): void {
  const lines = createInterface({ input: stream, crlfDelay: Infinity });
  lines.on('line', (text) => {
    if (text.trim() !== '') onLine(parseLine(text));
  });
  lines.on('close', onEnd);
}

/** Writes one value as a line. */
export function writeJsonLine(stream: NodeJS.WritableStream, value: unknown): void {
  stream.write(`${JSON.stringify(value)}\n`);
}

function parseLine(text: string): JsonLine {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}
