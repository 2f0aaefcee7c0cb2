// Free TCP ports for the broker, and what is wrong with one that was asked for.
import { createServer } from 'node:net';

/** A port that was free a moment ago. */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return listenBriefly(0, host);
}

/** Why this port cannot be listened on: the system's error code, such as `EADDRINUSE`; undefined when it can. */
export async function portProblem(port: number, host = '127.0.0.1'): Promise<string | undefined> {
  return listenBriefly(port, host).then(
    () => undefined,
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown'),
  );
}

function listenBriefly(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}
