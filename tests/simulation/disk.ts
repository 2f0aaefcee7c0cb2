// The disks of points and drivers: what was flushed survives the process; a write that is under way at its death is
// there in part; a disk can be full for a while.
import type { Charge } from '../../ev-driver/charges.ts';
import type { DriverStore } from '../../ev-driver/driver-store.ts';
import type { JournalFiles } from '../../ev-cp-engine/journal-files.ts';
import type { RequestId } from '../../shared/ids.ts';
import type { Notice } from '../../shared/messages/notice.ts';
import type { Life, World } from './world.ts';

export class Disk {
  /** The file, with room to grow; null while there is none. */
  #file: { room: Buffer; length: number } | null = null;
  isFull = false;
  tornWrites = 0;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** The journal's files as one process sees them. */
  open(life: Life): JournalFiles {
    return {
      read: () => (this.#file === null ? null : Buffer.from(this.#file.room.subarray(0, this.#file.length))),
      write: (atByte, data) => this.#later(life, (share) => {
        this.#put(atByte, data.subarray(0, Math.floor(data.length * share)));
      }),
      replace: (data) => this.#later(life, (share) => {
        if (share === 1) this.#file = { room: Buffer.from(data), length: data.length };
      }),
      keepDamaged: () => 'journal.damaged',
      close: () => Promise.resolve(),
    };
  }

  /** What is written ends the file. */
  #put(atByte: number, data: Uint8Array): void {
    const file = this.#file ?? { room: Buffer.alloc(0), length: 0 };
    const at = Math.min(atByte, file.length);
    const length = at + data.length;
    if (length > file.room.length) {
      const room = Buffer.alloc(2 * length);
      file.room.copy(room, 0, 0, at);
      file.room = room;
    }
    file.room.set(data, at);
    file.length = length;
    this.#file = file;
  }

  /** Carries a write out after the disk's time: whole, or in part when the process dies before, or not at all. */
  #later(life: Life, write: (share: number) => void): Promise<void> {
    const { chance } = this.#world;
    let isDone = false;
    life.endings.push(() => {
      if (isDone || !chance.is(0.7)) return;
      this.tornWrites += 1;
      write(chance.is(0.3) ? 1 : chance.next());
    });
    return new Promise((resolve, reject) => {
      life.after(chance.between(0.2, 12), () => {
        isDone = true;
        if (this.isFull) {
          write(chance.below(0.9));
          return reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
        }
        write(1);
        resolve();
      });
    });
  }
}

/** What a driver's client keeps. `kept` is told of each notice, to be checked. */
export class Pocket {
  notices: Notice[] = [];
  readonly charges = new Map<RequestId, Charge>();
  readonly #kept: (notice: Notice) => void;

  constructor(kept: (notice: Notice) => void) {
    this.#kept = kept;
  }

  open(): DriverStore {
    return {
      load: () => structuredClone({ notices: this.notices, charges: [...this.charges.values()] }),
      keepNotice: (notice) => {
        this.#kept(notice);
        this.notices.push(structuredClone(notice));
      },
      forgetNotices: () => void (this.notices = []),
      keepCharge: (charge) => void this.charges.set(charge.requestId, structuredClone(charge)),
      forgetCharge: (id) => void this.charges.delete(id),
      flush: () => undefined,
    };
  }
}
