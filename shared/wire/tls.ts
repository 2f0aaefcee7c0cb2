// Certificates for links off the loopback: a development authority, made in a folder on first use, and server
// certificates signed by it. Clients get a copy of `ca.crt` and verify with it. An installation with an authority of
// its own puts its files in the same places: `server.pem` (key and chain) and `ca.crt`.
//
// A key and its certificate are one file (PEM, mode 0600), so that no crash and no second process that starts at the
// same time can leave a pair that does not match. The authority is published by link(2): the first process wins.
import { X509Certificate, createPrivateKey, webcrypto } from 'node:crypto';
import {
  chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { mendPrivate } from '../private-file.ts';
import { provideReflectMetadata } from './reflect-metadata.ts';

export type ServerTls = { readonly key: string; readonly cert: string; readonly caFile: string };
export type ClientTls = { readonly ca: string };

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3_650;
/** Apple's and the browsers' rule for servers is at most 398. */
const SERVER_DAYS = 390;
/** A server certificate is renewed at the first start within this time of its end. */
const RENEW_DAYS = 30;
/** A certificate is valid from a day ago: the classroom's clocks differ. */
const BACKDATED_MS = DAY_MS;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/**
 * The server's key and certificate for these names and addresses, made and signed by the folder's own authority where
 * they are missing, about to end, or for other hosts. `0.0.0.0` and `::` stand for every address of this machine.
 * Throws `Failure('not-writable')` when the folder cannot be written, `Failure('bad-configuration')` when a file in it
 * is not what it should be.
 */
export async function loadServerTls(dir: string, hosts: readonly string[], nowMs = Date.now()): Promise<ServerTls> {
  const caFile = join(dir, 'ca.crt');
  const serverFile = join(dir, 'server.pem');
  const names = certificateNames(hosts);
  const isOurs = existsSync(join(dir, 'authority.pem')); // without it the files are somebody's own: used as they are
  if (isOurs) for (const name of ['authority.pem', 'server.pem']) mendPrivate(join(dir, name));
  else insistOnKeyForFew(serverFile);
  const own = readOptional(serverFile);
  const published = readOptional(caFile);
  if (own !== null && published !== null) {
    if (!isOurs || stillServes({ own, published, names, nowMs, serverFile })) {
      return { ...splitPem(own, serverFile), caFile };
    }
  }
  const authority = await loadAuthority(dir, nowMs);
  replace(caFile, authority.cert, 0o644);
  const pem = await makeServerPem(authority, names, nowMs);
  replace(serverFile, pem, 0o600);
  return { ...splitPem(pem, serverFile), caFile };
}

/** What a client verifies servers with. Throws `Failure('bad-configuration')` when the file is missing or no PEM. */
export function loadClientTls({ caFile }: { caFile: string }): ClientTls {
  const ca = readOptional(caFile);
  if (ca === null) {
    throw new Failure('bad-configuration', `cannot read the authority's certificate ${caFile}: copy ca.crt from the `
      + "server's TLS folder");
  }
  parseCertificate(ca, caFile);
  return { ca };
}

/** The names and addresses that a certificate for these hosts must carry; always those of the loopback too. */
export function certificateNames(hosts: readonly string[]): string[] {
  const everywhere = hosts.some((host) => host === '' || host === '0.0.0.0' || host === '::');
  const addresses = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map((entry) => entry.address));
  const given = hosts.filter((host) => host !== '' && host !== '0.0.0.0' && host !== '::');
  const machine = everywhere ? [hostname(), ...addresses.filter((address) => !address.startsWith('fe80'))] : [];
  return [...new Set(['localhost', '127.0.0.1', '::1', ...given, ...machine])];
}

type Authority = { key: string; cert: string };

async function loadAuthority(dir: string, nowMs: number): Promise<Authority> {
  const file = join(dir, 'authority.pem');
  const known = readOptional(file);
  if (known !== null) return splitPem(known, file);
  const draft = join(dir, `.authority-${process.pid}-${nowMs}.pem`);
  const pem = await makeAuthorityPem(nowMs);
  writing(dir, () => {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(draft, pem, { mode: 0o600, flag: 'wx' });
    try {
      linkSync(draft, file);
    } catch (error) {
      if (!isExistingFile(error)) throw error; // another process was first: its authority is the folder's
    } finally {
      rmSync(draft, { force: true });
    }
  });
  return splitPem(readFileSync(file, 'utf8'), file);
}

async function makeAuthorityPem(nowMs: number): Promise<string> {
  const x509 = await loadX509();
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=EV network development authority ${serialNumber().slice(0, 8)}`,
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + AUTHORITY_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return (await keyPem(keys.privateKey)) + certPem(cert);
}

async function makeServerPem(authority: Authority, names: readonly string[], nowMs: number): Promise<string> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(authority.cert);
  const der = createPrivateKey(authority.key).export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', new Uint8Array(der), ALGORITHM, false, ['sign']);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const cert = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=ev-central',
    issuer: issuer.subject,
    notBefore: new Date(nowMs - BACKDATED_MS),
    notAfter: new Date(nowMs + SERVER_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? 'dns' as const : 'ip' as const, value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return (await keyPem(keys.privateKey)) + certPem(cert);
}

/** Loaded only where a certificate is made: it costs 100 ms that no plain start should pay. */
async function loadX509() {
  provideReflectMetadata();
  return import('@peculiar/x509');
}

/** A positive serial number of 16 random bytes (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const keyObject = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return keyObject.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function certPem(cert: { toString(format: 'pem'): string }): string {
  return `${cert.toString('pem').trim()}\n`;
}

function stillServes(given: {
  own: string; published: string; names: readonly string[]; nowMs: number; serverFile: string;
}): boolean {
  const cert = parseCertificate(splitPem(given.own, given.serverFile).cert, given.serverFile);
  const lasts = Date.parse(cert.validTo) - given.nowMs > RENEW_DAYS * DAY_MS;
  const covers = given.names.every((name) =>
    (isIP(name) === 0 ? cert.checkHost(name) : cert.checkIP(name)) !== undefined);
  return lasts && covers && cert.verify(parseCertificate(given.published, 'ca.crt').publicKey);
}

function splitPem(pem: string, file: string): { key: string; cert: string } {
  const blocks = pem.match(/-----BEGIN [A-Z0-9 ]+-----[^-]+-----END [A-Z0-9 ]+-----\n?/g) ?? [];
  const key = blocks.find((block) => block.includes('PRIVATE KEY'));
  const cert = blocks.filter((block) => block.includes('BEGIN CERTIFICATE')).join('');
  if (key !== undefined && cert !== '') return { key, cert };
  throw new Failure('bad-configuration', `${file} must hold a private key and a certificate in PEM: restore it, or `
    + 'remove the file and start again, which makes a new one');
}

function parseCertificate(pem: string, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new Failure('bad-configuration', `cannot read ${file} as a certificate in PEM: restore it, or remove the `
      + 'file and start the server again, which makes a new one', cause);
  }
}

/** A key of somebody's own may be a group's, as system-wide keys are, but not everybody's. */
function insistOnKeyForFew(file: string): void {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  if (process.platform === 'win32' || (mode & 0o027) === 0) return;
  throw new Failure('bad-configuration', `others may read the private key in ${file}: do "chmod 600 ${file}"`);
}

function readOptional(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw new Failure('bad-configuration', `cannot read ${file}: give its owner the right to read it`, cause);
  }
}

/** Puts a whole file in place at once: readers see the old one or the new one. */
function replace(file: string, text: string, mode: number): void {
  writing(file, () => {
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, text, { mode });
    chmodSync(draft, mode); // the mode above counts only for a new file
    renameSync(draft, file);
  });
}

function writing(what: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw new Failure('not-writable', `cannot write ${what}: give the TLS folder to this user, or name another`, cause);
  }
}

function isExistingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
