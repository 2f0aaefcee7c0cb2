// A cable that can be spoilt: a TCP proxy between two processes of a drill. Its mode says what it does to the bytes; it
// may change at any time, for open connections too, and new ones begin in the mode of the moment. The proxy knows
// nothing of frames. All its chance comes from outside, so a seed repeats what it does.
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { Failure } from '../../shared/failure.ts';

export type Direction = 'up' | 'down';

export type ProxyMode =
  | { readonly kind: 'pass' }
  /** At most so many bytes a second in each direction, each a packet of its own. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  /** Connections stay, and new ones are taken; nothing arrives at the other end any more. */
  | { readonly kind: 'half-open' }
  /**
   * Of a hundred packets so many are damaged, each in one place: a bit flipped, a byte put in, or one left out. One
   * place, because that is what an LRC promises to find; what cancels out it cannot see.
   */
  | { readonly kind: 'garbage'; readonly percent: number }
  | { readonly kind: 'delay'; readonly delayMs: number }
  /** The cable is out: open connections stay silent as in half-open, new ones are reset. */
  | { readonly kind: 'refuse' };

export type ProxyOptions = {
  /** Where connections go on to. */
  readonly target: { readonly host: string; readonly port: number };
  /** From 0 to less than 1. */
  readonly random: () => number;
  /** Sees what arrived at the proxy, before it is spoilt. */
  readonly tap?: (direction: Direction, bytes: Buffer, connectionNo: number) => void;
};

export type TcpProxy = {
  /** `host:port` to give to the side that connects. */
  readonly address: string;
  /** Connections taken since the start. */
  taken(): number;
  /** Open connections now. */
  open(): number;
  /** Packets that garbage has damaged. */
  spoilt(): number;
  setMode(mode: ProxyMode): void;
  /** Ends every open connection: by FIN after what is on its way, or by RST at once. The mode stays. */
  cut(how: 'rst' | 'fin'): void;
  /** Sends bytes of its own into the newest connection, as if they came from its peer; false when there is none. */
  inject(direction: Direction, bytes: Buffer): boolean;
  /** Stops listening and ends what is open. */
  close(): Promise<void>;
};

/** Starts a proxy on a free port of the loopback. Rejects when it cannot listen. */
export async function startProxy(options: ProxyOptions): Promise<TcpProxy> {
  const cables = new Set<Cable>();
  let mode: ProxyMode = { kind: 'pass' };
  let taken = 0;
  let spoilt = 0;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    if (mode.kind === 'refuse') {
      near.on('error', () => undefined);
      near.resetAndDestroy();
      return;
    }
    taken += 1;
    const cable = new Cable(near, options, { no: taken, mode: () => mode, onSpoilt: () => { spoilt += 1; } });
    cables.add(cable);
    cable.ended.then(() => cables.delete(cable), () => undefined);
  });
  const port = await listening(server);
  return {
    address: `127.0.0.1:${port}`,
    taken: () => taken,
    open: () => cables.size,
    spoilt: () => spoilt,
    setMode(next) {
      mode = next;
      for (const cable of cables) cable.modeChanged();
    },
    cut(how) {
      for (const cable of [...cables]) cable.cut(how);
    },
    inject: (direction, bytes) => [...cables].at(-1)?.inject(direction, bytes) ?? false,
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const cable of [...cables]) cable.cut('rst');
      await closed;
    },
  };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
      else reject(new Failure('bad-configuration', 'the proxy of a drill has no port'));
    });
  });
}

type Ends = { readonly no: number; readonly mode: () => ProxyMode; readonly onSpoilt: () => void };

/** One connection: two sockets, and a lane in each direction. */
class Cable {
  /** Resolves when both sockets are gone. */
  readonly ended: Promise<void>;
  readonly #near: Socket;
  readonly #far: Socket;
  readonly #up: Lane;
  readonly #down: Lane;

  constructor(near: Socket, { target, random, tap }: ProxyOptions, { no, mode, onSpoilt }: Ends) {
    const far = createConnection({ ...target, noDelay: true, allowHalfOpen: true });
    this.#near = near;
    this.#far = far;
    this.#up = new Lane({ to: far, mode, random, onSpoilt });
    this.#down = new Lane({ to: near, mode, random, onSpoilt });
    near.on('data', (bytes: Buffer) => {
      tap?.('up', bytes, no);
      this.#up.push(bytes);
    });
    far.on('data', (bytes: Buffer) => {
      tap?.('down', bytes, no);
      this.#down.push(bytes);
    });
    near.on('end', () => this.#up.end());
    far.on('end', () => this.#down.end());
    // A socket that is gone takes the other with it, unless the cable is silent: then nobody hears of it.
    this.ended = Promise.all([gone(near, () => this.#lost(far)), gone(far, () => this.#lost(near))]).then(() => {
      this.#up.stop();
      this.#down.stop();
    });
    this.#isSilent = () => mode().kind === 'half-open' || mode().kind === 'refuse';
  }

  readonly #isSilent: () => boolean;

  modeChanged(): void {
    // Whoever hung up behind a silent cable is heard of when it carries again.
    if (!this.#isSilent() && (this.#near.destroyed || this.#far.destroyed)) this.cut('rst');
    this.#up.pump();
    this.#down.pump();
  }

  cut(how: 'rst' | 'fin'): void {
    for (const socket of [this.#near, this.#far]) {
      if (how === 'rst') socket.resetAndDestroy();
      else socket.destroySoon();
    }
  }

  inject(direction: Direction, bytes: Buffer): boolean {
    const socket = direction === 'up' ? this.#far : this.#near;
    if (!socket.writable) return false;
    socket.write(bytes);
    return true;
  }

  #lost(other: Socket): void {
    if (!this.#isSilent()) other.destroy();
  }
}

function gone(socket: Socket, then: () => void): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => undefined); // the close that follows tells
    socket.on('close', () => {
      then();
      resolve();
    });
  });
}

type LaneOptions = {
  readonly to: Socket; readonly mode: () => ProxyMode; readonly random: () => number; readonly onSpoilt: () => void;
};
type Waiting = { readonly bytes: Buffer; readonly dueMs: number };

/** What has arrived from one side and has not gone out at the other. Keeps the order whatever the mode. */
class Lane {
  readonly #options: LaneOptions;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;
  #ending = false;
  #lastMs = performance.now();

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  push(bytes: Buffer): void {
    const { mode, random, onSpoilt } = this.#options;
    const now = mode();
    if (now.kind === 'half-open' || now.kind === 'refuse') return;
    const delayMs = now.kind === 'delay' ? now.delayMs : 0;
    const isSpoilt = now.kind === 'garbage' && random() * 100 < now.percent;
    const carried = isSpoilt ? spoil(bytes, random) : Buffer.from(bytes);
    if (isSpoilt) onSpoilt();
    if (this.#waiting.length === 0) this.#lastMs = performance.now();
    this.#waiting.push({ bytes: carried, dueMs: performance.now() + delayMs });
    this.pump();
  }

  /** The sender has said its last; so do we, when everything before it has gone out. */
  end(): void {
    this.#ending = true;
    this.pump();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting = [];
  }

  /** Sends what is due and sets the timer for the rest. */
  pump(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const mode = this.#options.mode();
    if (mode.kind === 'half-open' || mode.kind === 'refuse') return;
    const waitMs = mode.kind === 'slow' ? this.#trickle(mode.bytesPerSecond) : this.#sendDue(mode.kind === 'delay');
    if (waitMs !== null) this.#timer = setTimeout(() => this.pump(), waitMs);
    else if (this.#ending && this.#options.to.writable) this.#options.to.end();
  }

  #sendDue(isDelayed: boolean): number | null {
    const nowMs = performance.now();
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (isDelayed && next.dueMs > nowMs) return Math.max(1, next.dueMs - nowMs);
      this.#write(next.bytes);
      this.#waiting.shift();
    }
    return null;
  }

  /** As many single bytes as the time since the last ones allows. */
  #trickle(bytesPerSecond: number): number | null {
    const nowMs = performance.now();
    let allowed = Math.floor(((nowMs - this.#lastMs) * bytesPerSecond) / 1_000);
    this.#lastMs += (allowed * 1_000) / bytesPerSecond;
    for (let next = this.#waiting[0]; next !== undefined && allowed > 0; next = this.#waiting[0]) {
      this.#write(next.bytes.subarray(0, 1));
      allowed -= 1;
      if (next.bytes.length > 1) this.#waiting[0] = { ...next, bytes: next.bytes.subarray(1) };
      else this.#waiting.shift();
    }
    return this.#waiting.length === 0 ? null : Math.max(1, 1_000 / bytesPerSecond);
  }

  #write(bytes: Buffer): void {
    if (this.#options.to.writable) this.#options.to.write(bytes);
  }
}

function spoil(bytes: Buffer, random: () => number): Buffer {
  const at = Math.floor(random() * bytes.length);
  const [before, byte, after] = [bytes.subarray(0, at), bytes[at] ?? 0, bytes.subarray(at + 1)];
  switch (Math.floor(random() * 3)) {
    case 0: return Buffer.concat([before, Buffer.of(byte ^ (1 << Math.floor(random() * 8))), after]);
    case 1: return Buffer.concat([before, Buffer.of(Math.floor(random() * 256), byte), after]);
    default: return Buffer.concat([before, after]);
  }
}
