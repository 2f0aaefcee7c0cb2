// Central as it is shipped, on a database of its own, with real links on a free port and a bus in memory.
import { compare } from 'bcrypt';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../shared/clock.ts';
import { userId } from '../shared/ids.ts';
import type { Log } from '../shared/log.ts';
import { hashSecret, pointProof } from '../shared/point-proof.ts';
import { createProcessTicker } from '../shared/wire/awake-timer.ts';
import { LinkClient } from '../shared/wire/client.ts';
import type { CloseReason } from '../shared/wire/close-reason.ts';
import type { JsonObject } from '../shared/wire/json.ts';
import type { Link } from '../shared/wire/link.ts';
import { listen } from '../shared/wire/server.ts';
import { tcpConnect } from '../shared/wire/tcp-socket.ts';
import { apiPorts } from './api-ports.ts';
import type { ApiSettings } from './api/ports.ts';
import { startApi } from './api/server.ts';
import { createOpenerThread } from './bus/opener-thread.ts';
import { type Central, createCentral } from './central.ts';
import { DEFAULT_SETTINGS, type Settings } from './core/settings.ts';
import { createEvidenceShelf, type EvidenceShelf } from './evidence-shelf.ts';
import { MemoryBus } from './memory-bus.ts';
import type { SendLetter } from './mail/mailer.ts';
import { createMessageBoard } from './message-board.ts';
import type { PaymentGateway } from './payments/port.ts';
import { openStore, type Store } from './store/store.ts';
import { samplePoint, sampleSite, sampleTariff, sampleVersion, sampleUser } from './store/sample-rows.ts';

export const SECRET = Buffer.alloc(32, 9);
export const TOKEN = 'token-of-this-test-0123456789';
/** bcrypt of "correct horse" and of "4711", with few rounds. */
export const PASSWORD_HASH = '$2b$04$hYriLcOVBXg9GaJ4.eBG7ecC/MVurqHrcuRMy6E5ksixGgowhkB1y';
export const PIN_HASH = '$2b$04$.SOU2Ag3JeLmqeqahYoblOnGugIQHaTJnq7ztJSlr5UrfYaysJHEG';

const ticker = createProcessTicker(systemClock);
const TEST_API: ApiSettings = {
  host: '127.0.0.1', port: 0, tls: null, insecure: false, cors: [], accessLifeMs: 600_000, refreshLifeMs: 86_400_000,
  tokenRate: 1_000_000, addressRate: 1_000_000,
};

export type TestCentral = {
  central: Central; store: Store; bus: MemoryBus; port: number; fatals: unknown[];
  /** Of the REST API; 0 without one. */
  apiPort: number;
  /** A peer that is closed with this Central, at the latest. */
  connect(): TestPeer;
  close(): Promise<void>;
};

/** With a database in memory, in a folder of its own, for whoever puts something there. */
function shelfBeside(file: string): EvidenceShelf {
  return createEvidenceShelf(file === ':memory:' ? join(tmpdir(), `ev-evidence-${process.pid}`) : dirname(file));
}

/** Starts one. With the store of one before, it is a restart. */
export async function startTestCentral(options: {
  file?: string; bus?: MemoryBus; passwordHash?: string; pinHash?: string; settings?: Partial<Settings>;
  comesFrom?: string | null; api?: Partial<ApiSettings>; log?: Log; gateways?: ReadonlyMap<string, PaymentGateway>;
  sendLetter?: SendLetter;
} = {}): Promise<TestCentral> {
  const { log = (): void => undefined } = options;
  const file = options.file ?? ':memory:';
  const store = openStore({
    file, masterKeyFile: file === ':memory:' ? null : `${file}.key`, clock: systemClock, log,
  });
  const bus = options.bus ?? new MemoryBus();
  const fatals: unknown[] = [];
  const central = createCentral({
    store, bus, clock: systemClock, ticker, board: createMessageBoard(), log, randomBytes,
    defer: (run) => void setImmediate(run), sleep: async (ms) => void await sleep(ms),
    comparePassword: (password, hash) => compare(password, hash), token: TOKEN,
    sendLetter: options.sendLetter ?? (() => Promise.resolve()),
    settings: { ...DEFAULT_SETTINGS, partitions: 1, ...options.settings }, replicationFactor: 1,
    gateways: options.gateways ?? new Map(),
    bootId: randomBytes(4).toString('hex'), openAhead: createOpenerThread, fatal: (error) => void fatals.push(error),
    changed: () => undefined,
  });
  const { state } = central;
  if (state.sites.size === 0) {
    state.tariffs.put(sampleTariff);
  state.tariffVersions.put(sampleVersion);
    state.sites.put(sampleSite);
    const { passwordHash = null, pinHash = null } = options;
    state.users.put(sampleUser({ passwordHash, pinHash }));
    state.users.put(sampleUser({ userId: userId('olga'), role: 'operator', passwordHash }));
  }
  const server = await listen({
    host: '127.0.0.1', port: 0, tls: null, insecure: false, insecureFlag: '', portFlag: '', maxConnections: 100, ticker,
    nowMs: systemClock.now, log, heartbeatData: () => ({ central: 'connected' }),
    onLink: (link, address) => central.links.take(link, options.comesFrom ?? address),
  });
  const api = options.api === undefined ? null
    : await startApi(apiPorts({ central, store, files: null, evidence: shelfBeside(file), log, randomBytes }), {
      ...TEST_API, ...options.api,
    });
  central.start();
  if (state.points.size === 0) {
    const answer = await central.order({
      kind: 'put-point', point: pointRow(), secretSha256: hashSecret(SECRET).toString('base64'),
    }, 'test');
    if (!answer.ok) throw new Error(answer.text);
  }
  const peers: TestPeer[] = [];
  return {
    central, store, bus, port: server.port, apiPort: api?.port ?? 0, fatals,
    connect() {
      const peer = new TestPeer(server.port);
      peers.push(peer);
      return peer;
    },
    async close() {
      for (const peer of peers) peer.close();
      await api?.close();
      await central.stop();
      await server.close();
      store.close();
    },
  };
}

function pointRow() {
  const { secretSha256: _secret, ...row } = samplePoint();
  return row;
}

/** A peer on a real socket: keeps what it is told. */
export class TestPeer {
  readonly messages: JsonObject[] = [];
  closed: CloseReason | null = null;
  readonly #client: LinkClient;
  #link: Link | null = null;
  #sent = 0;

  constructor(port: number) {
    this.#client = new LinkClient({
      connect: tcpConnect({ host: '127.0.0.1', port, tls: null, insecure: false, insecureFlag: '' }), ticker,
      nowMs: systemClock.now, random: () => 0,
      onOpen: (link) => {
        this.#link = link;
        link.onMessage = (message) => void this.messages.push(message);
      },
      onClose: (reason) => {
        this.closed = reason;
        return 'stop';
      },
    });
    this.#client.start();
  }

  async say(frame: JsonObject): Promise<string> {
    await waitFor(() => this.#link !== null);
    this.#sent += 1;
    const id = `t-${this.#sent}`;
    this.#link?.send({ v: 1, id, ...frame });
    return id;
  }

  /** Names itself as the monitor of a point. Returns the nonce that it is challenged with. */
  async helloMonitor(pointId = 'ALC-01'): Promise<Buffer> {
    await this.say({ type: 'hello-monitor', pointId, software: 'test', byHand: false });
    return Buffer.from(String((await this.hear('challenge'))['nonceBase64']), 'base64');
  }

  /** Asks to be let in as the monitor of a point; the answer is still to be heard. So it is with the log-ins below. */
  async authenticate(secret: Buffer = SECRET, pointId = 'ALC-01'): Promise<void> {
    const nonce = await this.helloMonitor(pointId);
    await this.say({ type: 'proof', proofBase64: pointProof(hashSecret(secret), nonce, pointId) });
  }

  async logIn(driverId = 'ana', password = 'correct horse'): Promise<void> {
    await this.say({ type: 'login', driverId, password, lastNotice: 0, software: 'test' });
  }

  async logInOperator(proof: JsonObject = { userId: null, password: null, token: TOKEN }): Promise<void> {
    await this.say({ type: 'login-operator', ...proof });
  }

  /** The first message of a type, when it has come. */
  async hear(type: string): Promise<JsonObject> {
    await waitFor(() => this.messages.some((message) => message['type'] === type), () => this.seen());
    const at = this.messages.findIndex((message) => message['type'] === type);
    const [message] = this.messages.splice(at, 1);
    if (message === undefined) throw new Error('it was there');
    return message;
  }

  seen(): string {
    const heard = this.messages.map((message) => String(message['type'])).join(', ');
    return `heard ${heard || 'nothing'}; ${this.closed?.detail ?? 'open'}`;
  }

  close(): void {
    this.#client.close();
  }
}

/** Waits for a state, not for a time. */
export async function waitFor(
  condition: () => boolean, seen: () => string = () => '', timeoutMs = 4_000,
): Promise<void> {
  const until = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > until) throw new Error(`waited ${timeoutMs} ms for ${condition.toString()}; ${seen()}`);
    await sleep(5);
  }
}
