// Drivers that are on line and watch their charges: each a link to EV_Central with a log-in. They read nothing from
// Kafka: what is measured with them is EV_Central's work for whoever watches, not theirs.
import { systemClock } from '../../shared/clock.ts';
import type { UserId } from '../../shared/ids.ts';
import { MESSAGE_VERSION } from '../../shared/messages/message.ts';
import { createProcessTicker } from '../../shared/wire/awake-timer.ts';
import { LinkClient } from '../../shared/wire/client.ts';
import type { Link } from '../../shared/wire/link.ts';
import { tcpConnect } from '../../shared/wire/tcp-socket.ts';

/** Log-ins under way at once: their passwords are checked one after another anyway. */
const AT_ONCE = 100;

export type Watchers = { close(): void };

/** Logs all of them in; resolves when EV_Central has welcomed the last. Rejects with its answer when it refuses one. */
export async function logWatchersIn(
  options: { port: number; driverIds: readonly UserId[]; password: string },
): Promise<Watchers> {
  const { port, driverIds, password } = options;
  const ticker = createProcessTicker(systemClock);
  const connect = tcpConnect({ host: '127.0.0.1', port, tls: null, insecure: false, insecureFlag: '--insecure' });
  const clients: LinkClient[] = [];
  const logIn = (driverId: UserId): Promise<void> => new Promise((resolve, reject) => {
    const client = new LinkClient({
      connect, ticker, nowMs: systemClock.now, random: Math.random, onOpen: (link) => ask(link, driverId),
      onClose: ({ code, detail }) => {
        reject(new Error(`EV_Central let ${driverId} go: ${code}, ${detail}`));
        return 'stop';
      },
    });
    const ask = (link: Link, id: UserId): void => {
      link.onMessage = (message) => {
        if (message['type'] === 'welcome-driver') resolve();
        else if (message['type'] === 'refused-driver') reject(new Error(JSON.stringify(message)));
      };
      link.send({
        v: MESSAGE_VERSION, id: `login-${id}`, type: 'login', driverId: id, password, lastNotice: NEWEST_NOTICE,
        software: 'bench',
      });
    };
    clients.push(client);
    client.start();
  });
  for (let from = 0; from < driverIds.length; from += AT_ONCE) {
    await Promise.all(driverIds.slice(from, from + AT_ONCE).map(logIn));
  }
  return { close: () => clients.forEach((client) => client.close()) };
}

/** As if she had all notices of the past: they are not what is measured. */
const NEWEST_NOTICE = 1_000;
