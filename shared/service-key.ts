// The services' key outside EV_Central: the file that `admin service-key` fills, and the token that is made of it for
// the log-in of a service. Whoever has the key can open all events already; the token lets her ask for contacts.
import { hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Failure } from './failure.ts';
import { insistOnPrivate } from './private-file.ts';
import { KEY_BYTES } from './seal.ts';

const keySchema = z.object({
  keyId: z.string().min(1).max(64),
  keyBase64: z.base64().refine((text) => Buffer.from(text, 'base64').length === KEY_BYTES, 'must be 32 bytes'),
});
export type ServiceKey = z.infer<typeof keySchema>;

/** What a service says in place of a password. */
export function serviceToken({ keyId, keyBase64 }: ServiceKey): string {
  const secret = Buffer.from(keyBase64, 'base64');
  return Buffer.from(hkdfSync('sha256', secret, keyId, 'ev-service-login 1', KEY_BYTES)).toString('base64url');
}

/** Reads one key a line, the newest first; older ones open what was sealed with them. @throws Failure */
export function readServiceKeys(file: string): [ServiceKey, ...ServiceKey[]] {
  const how = 'make it with: ev-central admin service-key NAME --json > FILE; chmod 600 FILE';
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file}: ${how}`, cause);
  }
  insistOnPrivate(file);
  const [first, ...rest] = text.split('\n').filter((line) => line.trim() !== '').map((line, i) => {
    const parsed = keySchema.safeParse(jsonOf(line));
    if (parsed.success) return parsed.data;
    throw new Failure('bad-configuration', `line ${i + 1} of ${file} is no service key: ${how}`);
  });
  if (first === undefined) throw new Failure('bad-configuration', `${file} is empty: ${how}`);
  return [first, ...rest];
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
