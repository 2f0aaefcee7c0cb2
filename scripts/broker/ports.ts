// Free TCP ports for the broker, and whether a port is taken.
import { createServer } from 'node:net';

/** A port that was free a moment ago. */
export function freePort(host = '127.0.0.1'): Promise<number> {
  return listenBriefly(0, host);
}

/** Can this port be listened on? */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return listenBriefly(port, host).then(
    () => true,
    () => false,
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
