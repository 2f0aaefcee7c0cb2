// The link's socket port over real TCP and TLS sockets.
import { createConnection, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { Failure } from '../failure.ts';
import { isLoopback, isThisMachine } from './loopback.ts';
import type { Connect, LinkSocket } from './link-socket.ts';

export type ConnectTarget = {
  readonly host: string;
  readonly port: number;
  /** PEM of the authorities that may sign the server's certificate; null is plain TCP. */
  readonly tls: { readonly ca: string } | null;
  /** Plain TCP off the loopback, knowingly: the flag's name is in the failure that names it. */
  readonly insecure: boolean;
  readonly insecureFlag: string;
};

/** Wraps a connected socket. Frames are small and answers are awaited, so nothing waits for a fuller packet. */
export function tcpSocket(socket: Socket): LinkSocket {
  socket.setNoDelay(true);
  let failure: Error | null = null;
  socket.on('error', (error) => {
    failure ??= error;
  });
  return {
    remoteAddress: `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`,
    isLocal: isThisMachine(socket),
    listen(events) {
      socket.on('data', (chunk: Buffer) => events.data(chunk));
      if (socket.closed) setImmediate(() => events.closed(failure));
      else socket.once('close', () => events.closed(failure));
    },
    write(data) {
      if (socket.writable) socket.write(data);
    },
    bufferedBytes: () => socket.writableLength,
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}

/**
 * How to connect to one server. The certificate is verified against `tls.ca` and the host's name.
 * Throws `Failure('tls-required')` when the host is off the loopback and neither TLS nor `insecure` is given.
 */
export function tcpConnect(target: ConnectTarget): Connect {
  insistOnTls({ ...target, tls: target.tls !== null, doing: 'connect to' });
  return ({ connected, failed }) => {
    const { host, port, tls } = target;
    const socket = tls === null
      ? createConnection({ host, port })
      // Said here, because NODE_TLS_REJECT_UNAUTHORIZED=0 in somebody's environment would trust everybody.
      : tlsConnect({
        host, port, ca: tls.ca, rejectUnauthorized: true, ...(isIP(host) === 0 ? { servername: host } : {}),
      });
    const fail = (error: Error): void => failed(inWords(error, `${host}:${port}`));
    const lost = (): void => failed(new Error('the connection was closed while it was opening'));
    socket.once('error', fail);
    socket.once('close', lost);
    socket.once(tls === null ? 'connect' : 'secureConnect', () => {
      socket.off('error', fail);
      socket.off('close', lost);
      connected(tcpSocket(socket));
    });
    const cancel = (): void => {
      socket.off('error', fail);
      socket.off('close', lost);
      socket.removeAllListeners('connect').removeAllListeners('secureConnect');
      socket.on('error', () => undefined);
      socket.destroy();
    };
    return { cancel };
  };
}

/** What failed, for a person: a certificate's fault in words, the errors of each address of a name in one line. */
function inWords(error: NodeJS.ErrnoException, peer: string): Error {
  if (error instanceof AggregateError) {
    return new Error(error.errors.map((each) => (each instanceof Error ? each.message : String(each))).join('; '));
  }
  const fault = CERTIFICATE_FAULTS[error.code ?? ''];
  return fault === undefined ? error : new Error(`the certificate of ${peer} ${fault}`, { cause: error });
}

const OTHER_AUTHORITY = 'is not signed by the authority that this program trusts: copy its ca.crt again';
const CERTIFICATE_FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired: start that server again, which renews it',
  CERT_NOT_YET_VALID: 'is not valid yet: compare the clocks of the two machines',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for other hosts: connect by a name or address that it names',
  SELF_SIGNED_CERT_IN_CHAIN: OTHER_AUTHORITY, DEPTH_ZERO_SELF_SIGNED_CERT: OTHER_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: OTHER_AUTHORITY, UNABLE_TO_GET_ISSUER_CERT: OTHER_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: OTHER_AUTHORITY, CERT_SIGNATURE_FAILURE: OTHER_AUTHORITY,
};

/** Throws `Failure('tls-required')` when an address off the loopback would be used without TLS or the flag. */
export function insistOnTls(use: {
  host: string; port: number; tls: boolean; insecure: boolean; insecureFlag: string; doing: string;
}): void {
  if (use.tls || use.insecure || isLoopback(use.host)) return;
  throw new Failure('tls-required', `will not ${use.doing} ${use.host}:${use.port} in plain TCP, where anybody on the `
    + `network can read passwords and keys: set up TLS, or accept that with ${use.insecureFlag}`);
}
