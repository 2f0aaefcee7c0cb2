// Tokens of the API. An access token is a JWT (HS256) under a key of the master key, and short-lived; a refresh token
// names its log-in and carries a random secret and a code of ours, so that an old one is told from an invented one
// without any list. Of refresh tokens and keys of machines only the SHA-256 is kept.
import { createHash, createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { type AccessId, accessId, accessIdSchema, userIdSchema, type UserId } from '../../shared/ids.ts';

export type AccessClaims = { readonly userId: UserId; readonly accessId: AccessId; readonly expiresAtMs: number };
export type Tokens = {
  issue(claims: Omit<AccessClaims, 'expiresAtMs'>, nowMs: number): Promise<{ token: string; expiresAtMs: number }>;
  /** Who the token is for; undefined when it is not ours, or over. */
  verify(token: string, nowMs: number): Promise<AccessClaims | undefined>;
  /** A fresh secret of a refresh token or a key. */
  secret(): string;
  refreshToken(id: AccessId, secret: string): string;
  /** The parts of a refresh token that we made, whenever that was. */
  readRefreshToken(token: string): { accessId: AccessId; secret: string } | undefined;
};

const ISSUER = 'ev-central';
const ALGORITHM = 'HS256';
const SECRET_BYTES = 32;
const CODE_CHARACTERS = 22;
/** Tokens that were verified lately: their signature is not reckoned again. */
const REMEMBERED = 10_000;
const KEY_PREFIX = 'evk';

export function createTokens(options: {
  key: KeyObject; audience: string; lifeMs: number; randomBytes: (count: number) => Buffer;
}): Tokens {
  const { key, audience, lifeMs, randomBytes } = options;
  const remembered = new Map<string, AccessClaims>();

  async function check(token: string, nowMs: number): Promise<AccessClaims | undefined> {
    try {
      const { payload } = await jwtVerify(token, key, {
        algorithms: [ALGORITHM], issuer: ISSUER, audience, currentDate: new Date(nowMs),
        requiredClaims: ['exp', 'sub', 'sid'],
      });
      const user = userIdSchema.safeParse(payload.sub);
      const session = accessIdSchema.safeParse(payload['sid']);
      if (!user.success || !session.success) return undefined;
      return { userId: user.data, accessId: session.data, expiresAtMs: (payload.exp ?? 0) * 1_000 };
    } catch {
      return undefined;
    }
  }

  return {
    async issue({ userId, accessId: id }, nowMs) {
      const issuedS = Math.floor(nowMs / 1_000);
      const expiresS = issuedS + Math.ceil(lifeMs / 1_000);
      const token = await new SignJWT({ sid: id }).setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
        .setIssuer(ISSUER).setAudience(audience).setSubject(userId).setIssuedAt(issuedS).setExpirationTime(expiresS)
        .sign(key);
      return { token, expiresAtMs: expiresS * 1_000 };
    },
    async verify(token, nowMs) {
      const known = remembered.get(token);
      if (known !== undefined && known.expiresAtMs > nowMs) return known;
      remembered.delete(token);
      const claims = await check(token, nowMs);
      if (claims === undefined) return undefined;
      for (const oldest of remembered.keys()) {
        if (remembered.size < REMEMBERED) break;
        remembered.delete(oldest);
      }
      remembered.set(token, claims);
      return claims;
    },
    secret: () => randomBytes(SECRET_BYTES).toString('base64url'),
    refreshToken: (id, secret) => `${id}.${secret}.${codeOf(key, id, secret)}`,
    readRefreshToken(token) {
      const [id = '', secret = '', code = '', ...more] = token.split('.');
      if (more.length > 0 || !accessIdSchema.safeParse(id).success) return undefined;
      return sameText(code, codeOf(key, id, secret)) ? { accessId: accessId(id), secret } : undefined;
    },
  };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** A machine's key as it is shown once. */
export function keyText(id: AccessId, secret: string): string {
  return `${KEY_PREFIX}.${id}.${secret}`;
}

export function readKey(text: string): { accessId: AccessId; secret: string } | undefined {
  const [prefix, id = '', secret = '', ...more] = text.split('.');
  if (prefix !== KEY_PREFIX || more.length > 0 || !accessIdSchema.safeParse(id).success) return undefined;
  return { accessId: accessId(id), secret };
}

export function sameText(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function codeOf(key: KeyObject, id: string, secret: string): string {
  return createHmac('sha256', key).update(`refresh\n${id}\n${secret}`).digest('base64url').slice(0, CODE_CHARACTERS);
}
