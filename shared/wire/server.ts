// Listens for links on TCP or TLS.
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Failure } from '../failure.ts';
import { LIMITS } from '../limits.ts';
import { createAcceptor } from './acceptor.ts';
import type { AcceptorOptions } from './acceptor.ts';
import { connectionsThatFit } from './descriptors.ts';
import { insistOnTls, tcpSocket } from './tcp-socket.ts';
import type { ServerTls } from './tls.ts';

export type ListenOptions = AcceptorOptions & {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tls: ServerTls | null;
  /** Plain TCP off the loopback, knowingly. */
  readonly insecure: boolean;
  /** The names of the caller's flags, for the failures that name them. */
  readonly insecureFlag: string;
  readonly portFlag: string;
};

export type LinkServer = {
  readonly port: number;
  connections(): number;
  /** Stops listening, ends every link, and resolves when all sockets are gone. */
  close(): Promise<void>;
};

/**
 * Listens and opens links. Throws `Failure('tls-required')`, `Failure('port-in-use')`, `Failure('bad-configuration')`
 * for an address that this machine does not have or may not use.
 */
export async function listen(options: ListenOptions): Promise<LinkServer> {
  insistOnTls({ ...options, tls: options.tls !== null, doing: 'listen on' });
  const maxConnections = connectionsThatFit(options.maxConnections);
  const acceptor = createAcceptor({ ...options, maxConnections });
  const take = (socket: Socket): void => acceptor.accept(tcpSocket(socket));
  const server = options.tls === null
    ? createServer({ noDelay: true }, take)
    : createTlsServer({ key: options.tls.key, cert: options.tls.cert, handshakeTimeout: LIMITS.helloMs }, take);
  server.on('tlsClientError', (error: Error, socket: Socket) => {
    options.log('warn', 'tls-refused', { remoteAddress: socket.remoteAddress ?? 'unknown', detail: error.message });
    socket.destroy();
  });
  // The acceptor has refused or dropped before that; this bounds what it never sees, handshakes that do not end.
  server.maxConnections = maxConnections + Math.floor(LIMITS.descriptorsKept / 4);
  server.on('drop', (drop) => acceptor.turnedAway(drop?.remoteAddress ?? 'unknown'));
  await bound(server, options);
  server.on('error', (error) => options.log('error', 'listener-failed', { error }));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : options.port;

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    acceptor.closeAll({ code: 'closed', detail: 'the server is going down' });
    await closed;
  }

  return { port, connections: () => acceptor.count(), close };
}

function bound(server: Server, { host, port, portFlag }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(listenFailure(error, { host, port, portFlag }));
    server.once('error', failed);
    server.listen({ host, port, backlog: 4_096 }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}

function listenFailure(
  cause: NodeJS.ErrnoException, { host, port, portFlag }: { host: string; port: number; portFlag: string },
): Failure {
  const attempt = `cannot listen on ${host}:${port}`;
  switch (cause.code) {
    case 'EADDRINUSE':
      return new Failure('port-in-use', `${attempt}: another program uses that port; end it, or give another port `
        + `with ${portFlag}`, cause);
    case 'EACCES':
      return new Failure('bad-configuration', `${attempt}: the system keeps that port; give one above 1023 with `
        + portFlag, cause);
    default:
      return new Failure('bad-configuration', `${attempt}: give an address of this machine and a free port`, cause);
  }
}
