// Asks for a one-time code in the terminal. It is shown while it is typed: it serves once, and for a minute.
import { createInterface } from 'node:readline/promises';

/** What was typed; null when there is no terminal or nothing was. */
export async function promptCode(question = 'One-time code: '): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const typed = (await lines.question(question)).trim();
    return typed === '' ? null : typed;
  } finally {
    lines.close();
  }
}
