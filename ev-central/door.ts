// The way of the REST API into the core. A question is an input of the one queue under a connection id of its own, a
// negative one (links count upwards); what the core says to that id, after the commit, is the answer.
import { type ConnectionId, connectionId, type MessageId, messageId } from '../shared/ids.ts';
import type { CodeFound, CodeSecrets } from './core/code-found.ts';
import type { Effect } from './core/effects.ts';
import type { Input } from './core/inputs.ts';
import type { Committed, Work } from './loop.ts';

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;
export type Frame = Of<'frame'>['frame'];

export type Asking = {
  readonly make: (to: { connectionId: ConnectionId; re: MessageId }) => Input;
  /** What the core may ask to have compared. */
  readonly password?: string | undefined;
  readonly code?: string | undefined;
  /** Asked when the input's turn has come: false leaves it out, and the answer is `stale`. */
  readonly still?: () => boolean;
};

export type Door = {
  /** Resolves after the commit; rejects when Central has failed or answers nothing for a minute. */
  ask(asking: Asking): Promise<Frame | 'stale'>;
  /** Hears of every commit. Returns what ends it. */
  subscribe(listener: (batch: Committed) => void): () => void;
  /** For the effects of a batch that are not for a link. */
  frame(effect: Of<'frame'>): void;
  checkPassword(effect: Of<'check-password'>): void;
  committed(batch: Committed): void;
  /** Memory can no longer be trusted: nothing is answered any more. */
  end(): void;
  isOver(): boolean;
};

export type DoorOptions = {
  readonly push: (work: Work) => Promise<void>;
  /** Compares on the threads that compare for links, too. */
  readonly compare: (password: string | null, hash: string | null, done: (ok: boolean) => void) => void;
  /** What a one-time code is, now. */
  readonly findCode: (secrets: CodeSecrets | null, code: string | null) => CodeFound;
};

type Waiting = {
  readonly settle: (frame: Frame | 'stale') => void; readonly fail: (error: Error) => void;
  /** Until they are compared. */
  secrets: { readonly password: string | null; readonly code: string | null } | null;
};

/** The longest that passwords wait for each other. */
const ANSWER_MS = 60_000;

/** Is this the connection id of a question that came through the door? */
export function isThroughDoor({ connectionId: id }: { connectionId: ConnectionId }): boolean {
  return id < 0;
}

export function createDoor({ push, compare, findCode }: DoorOptions): Door {
  const waiting = new Map<ConnectionId, Waiting>();
  const listeners = new Set<(batch: Committed) => void>();
  let last = 0;
  let isOver = false;

  function ask({ make, password, code, still }: Asking): Promise<Frame | 'stale'> {
    if (isOver) return Promise.reject(new Error('EV_Central has failed and ends'));
    last -= 1;
    const id = connectionId(last);
    const re = messageId(`a${-last}`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Error('EV_Central did not answer in time'));
      }, ANSWER_MS).unref();
      const over = (): void => {
        clearTimeout(timer);
        waiting.delete(id);
      };
      const settle: Waiting['settle'] = (frame) => {
        over();
        resolve(frame);
      };
      const fail: Waiting['fail'] = (error) => {
        over();
        reject(error);
      };
      waiting.set(id, { settle, fail, secrets: { password: password ?? null, code: code ?? null } });
      void push({
        count: 1,
        inputs: () => {
          if (still?.() !== false) return [make({ connectionId: id, re })];
          settle('stale');
          return [];
        },
      });
    });
  }

  function checkPassword({ checkId, connectionId: id, hash, secondFactor }: Of<'check-password'>): void {
    const asked = waiting.get(id);
    const { password = null, code = null } = asked?.secrets ?? {};
    if (asked !== undefined) asked.secrets = null;
    compare(password, hash, (ok) => {
      const found = findCode(secondFactor, code);
      void push({ count: 1, inputs: () => [{ kind: 'password-checked', checkId, ok, code: found }] });
    });
  }

  return {
    ask, checkPassword,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    frame: ({ connectionId: id, frame }) => waiting.get(id)?.settle(frame),
    committed: (batch) => {
      for (const listener of listeners) listener(batch);
    },
    end() {
      isOver = true;
      for (const { fail } of [...waiting.values()]) fail(new Error('EV_Central has failed and ends'));
    },
    isOver: () => isOver,
  };
}
