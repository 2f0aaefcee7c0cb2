// TCP in memory, at the link's socket port: bytes arrive in order, late and in pieces; a connection can be cut, go dead
// without a word (half-open), or die with one of its processes.
import type { Connect, LinkSocket, SocketEvents } from '../../shared/wire/link-socket.ts';
import type { Life, World } from './world.ts';

export type SocketTrouble = { slow: number; pieces: number };

type Server = { life: Life; accept: (socket: LinkSocket) => void };

export class Sockets {
  readonly world: World;
  trouble: SocketTrouble = { slow: 0, pieces: 0.02 };
  /** The share of writes of which a byte arrives damaged. */
  noise = 0;
  readonly lines = new Set<Line>();
  readonly #servers = new Map<string, Server>();
  #ports = 40_000;

  constructor(world: World) {
    this.world = world;
  }

  listen(address: string, life: Life, accept: (socket: LinkSocket) => void): void {
    const server = { life, accept };
    this.#servers.set(address, server);
    life.endings.push(() => {
      if (this.#servers.get(address) === server) this.#servers.delete(address);
    });
  }

  connect(address: string, life: Life): Connect {
    return ({ connected, failed }) => {
      let isCancelled = false;
      life.after(this.delayMs(), () => {
        if (isCancelled) return;
        const server = this.#servers.get(address);
        if (server === undefined) return failed(new Error('connection refused'));
        const line = new Line(this, life, server.life);
        this.lines.add(line);
        // A listening socket accepts for a process that is not awake; it takes the connection when it is.
        server.life.after(this.delayMs(), () => server.accept(line.ends[1]));
        connected(line.ends[0]);
      });
      return { cancel: () => void (isCancelled = true) };
    };
  }

  nextPort(): number {
    this.#ports += 1;
    return this.#ports;
  }

  delayMs(): number {
    const { chance } = this.world;
    return chance.is(this.trouble.slow) ? chance.between(20, 900) : chance.between(0.1, 2);
  }
}

/** One connection: two ends, and what lies between them. */
export class Line {
  readonly ends: readonly [LineEnd, LineEnd];
  /** Nothing gets through any more, and nobody is told. */
  isDead = false;

  constructor(sockets: Sockets, client: Life, server: Life) {
    const address = `127.0.0.1:${sockets.nextPort()}`;
    const near = new LineEnd(sockets, this, client, address);
    const far = new LineEnd(sockets, this, server, address);
    near.peer = far;
    far.peer = near;
    this.ends = [near, far];
    for (const end of this.ends) end.life.endings.push(() => end.processDied());
  }

  /** The connection breaks: both sides are told, each in its time. */
  cut(): void {
    for (const end of this.ends) end.closeSoon(new Error('connection reset'));
  }
}

class LineEnd implements LinkSocket {
  readonly remoteAddress: string;
  readonly isLocal = true;
  readonly life: Life;
  peer: LineEnd | null = null;
  readonly #sockets: Sockets;
  readonly #line: Line;
  #events: SocketEvents | null = null;
  #held: Uint8Array[] = [];
  #closing: { error: Error | null } | null = null;
  #isPaused = false;
  #isClosed = false;
  #arrivesMs = 0;

  constructor(sockets: Sockets, line: Line, life: Life, remoteAddress: string) {
    this.#sockets = sockets;
    this.#line = line;
    this.life = life;
    this.remoteAddress = remoteAddress;
  }

  listen(events: SocketEvents): void {
    this.#events = events;
    if (this.#held.length > 0 || this.#closing !== null) this.life.after(0, () => this.#deliver());
  }

  write(data: Uint8Array): void {
    this.life.sends();
    const { chance } = this.#sockets.world;
    const copy = Buffer.from(data);
    if (chance.is(this.#sockets.noise)) copy[chance.whole(0, copy.length - 1)] = chance.whole(0, 255);
    if (copy.length > 1 && chance.is(this.#sockets.trouble.pieces)) {
      const cut = chance.whole(1, copy.length - 1);
      this.#send(copy.subarray(0, cut));
      this.#send(copy.subarray(cut));
    } else this.#send(copy);
  }

  bufferedBytes(): number {
    return 0;
  }

  end(): void {
    this.#after(() => {
      this.peer?.closeSoon(null);
      this.closeSoon(null);
    });
  }

  destroy(): void {
    this.closeSoon(null);
    this.#after(() => this.peer?.closeSoon(null));
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#held.length > 0) this.life.after(0, () => this.#deliver());
  }

  closeSoon(error: Error | null): void {
    this.life.after(this.#sockets.delayMs(), () => {
      this.#closing ??= { error };
      this.#deliver();
    });
  }

  /** Its process is gone: the system closes for it. */
  processDied(): void {
    this.#isClosed = true;
    this.#sockets.lines.delete(this.#line);
    this.#after(() => this.peer?.closeSoon(new Error('connection reset')));
  }

  #send(data: Uint8Array): void {
    if (this.#isClosed) return;
    this.#after(() => this.peer?.take(data));
  }

  take(data: Uint8Array): void {
    if (this.#isClosed || this.#closing !== null) return;
    this.#held.push(data);
    // Bytes for a process that is not awake wait in its socket.
    if (this.life.isAwake) this.#deliver();
    else this.life.after(0, () => this.#deliver());
  }

  /** Runs at the other side, behind everything that was sent before. */
  #after(run: () => void): void {
    const { world } = this.#sockets;
    this.#arrivesMs = Math.max(this.#arrivesMs, world.nowMs + this.#sockets.delayMs());
    world.after(this.#arrivesMs - world.nowMs, () => {
      if (!this.#line.isDead) run();
    });
  }

  #deliver(): void {
    if (this.#events === null || this.#isClosed) return;
    while (!this.#isPaused && this.#held.length > 0) {
      const data = this.#held.shift();
      if (data !== undefined) this.#events.data(data);
    }
    if (this.#closing === null || this.#held.length > 0 || this.#isClosed) return;
    this.#isClosed = true;
    this.#sockets.lines.delete(this.#line);
    this.#events.closed(this.#closing.error);
  }
}
