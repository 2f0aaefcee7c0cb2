// People who make accounts for themselves and forget their passwords: each waits for her letter and brings its code.
// What they were told must come true, whatever dies meanwhile.
import type { AccountChange } from '../../ev-central/core/inputs.ts';
import type { Letter } from '../../ev-central/mail/letters.ts';
import { userId } from '../../shared/ids.ts';
import { currency } from '../../shared/money.ts';
import { createChance, type Chance } from './chance.ts';
import { hashOf } from './processes.ts';
import type { Town } from './town.ts';

type Newcomer = {
  readonly id: string; readonly email: string;
  /** Central has said that a letter is on its way; it came. */
  isPromised: boolean; hasLetter: boolean;
  /** Central has said that the account is hers. */
  isOpen: boolean;
  passwords: number;
};

const AGAIN_MS = 7_000;

export class Newcomers {
  readonly counts = { newcomers: 0, accountsOpened: 0, passwordsReset: 0 };
  readonly #town: Town;
  readonly #chance: Chance;
  readonly #all = new Map<string, Newcomer>();
  #isCalm = false;

  constructor(town: Town) {
    this.#town = town;
    this.#chance = createChance(town.seed + 31_000_003);
    town.post.onArrival.push((letter) => this.#reads(letter));
    this.#comes();
  }

  /** Nobody asks for anything new. */
  comeToAnEnd(): void {
    this.#isCalm = true;
  }

  /** What is owed to somebody; null: nothing. */
  unsettled(): string | null {
    const { mails } = this.#town.central.running?.state ?? {};
    for (const mail of mails?.values() ?? []) {
      if (mail.state === 'waiting' || mail.state === 'sending') return `letter ${mail.mailId} is ${mail.state}`;
    }
    const owed = [...this.#all.values()].find((each) => each.hasLetter && !each.isOpen);
    return owed === undefined ? null : `${owed.id} has a code and no account`;
  }

  /** Nobody waits for a letter that was promised, and every account that was opened is there. */
  check(): void {
    const { world, central, post } = this.#town;
    const state = central.running?.state;
    for (const { id, email, isPromised, hasLetter, isOpen } of this.#all.values()) {
      if (isPromised && !hasLetter) world.fail(`${id} was promised a letter, and none came`);
      const person = state?.persons.get(userId(id));
      const isThere = person?.email === email && state?.users.get(userId(id))?.active === true;
      if (isOpen && !isThere) world.fail(`${id} has opened an account, and there is none`);
    }
    for (const { mailId, state: is } of state?.mails.values() ?? []) {
      if (is === 'sent' && !post.hasArrived(mailId)) world.fail(`letter ${mailId} counts as sent and never came`);
    }
  }

  #comes(): void {
    const isDay = this.#town.kind === 'day';
    const pauseMs = isDay ? this.#chance.between(600_000, 7_200_000) : this.#chance.between(3_000, 40_000);
    this.#town.world.after(pauseMs, () => {
      if (this.#isCalm) return;
      this.#comes();
      const id = `new-${this.#all.size + 1}`;
      const newcomer: Newcomer = {
        id, email: `${id}@example.org`, isPromised: false, hasLetter: false, isOpen: false, passwords: 0,
      };
      this.#all.set(newcomer.email, newcomer);
      this.counts.newcomers += 1;
      this.#registers(newcomer);
    });
  }

  #registers(newcomer: Newcomer): void {
    const registration = {
      email: newcomer.email, name: newcomer.id, language: 'es', timeZone: 'Europe/Madrid', currency: currency('EUR'),
    } as const;
    this.#ask({ kind: 'register', registration }, () => void (newcomer.isPromised = true));
    this.#town.world.after(AGAIN_MS, () => {
      if (!newcomer.isPromised && !this.#isCalm) this.#registers(newcomer);
    });
  }

  #reads({ mailId, what, email }: Letter): void {
    const newcomer = this.#all.get(email);
    if (newcomer === undefined) return;
    // She may get more than one: when she asked twice because she had heard nothing.
    if (what === 'register') {
      newcomer.hasLetter = true;
      this.#town.world.after(this.#chance.between(500, 20_000), () => this.#opens(newcomer, mailId));
    }
    if (what === 'reset-password') this.#resets(newcomer, mailId);
  }

  #opens(newcomer: Newcomer, codeId: string): void {
    if (newcomer.isOpen) return;
    const account = { userId: userId(newcomer.id), passwordHash: hashOf('first') };
    this.#ask({ kind: 'verify', codeId, account }, (reason) => {
      // She heard nothing the first time, and it was done.
      if (reason !== null && reason !== 'address-taken' && reason !== 'code-wrong') return;
      const isThere = this.#town.central.running?.state.users.get(userId(newcomer.id)) !== undefined;
      if (!isThere || newcomer.isOpen) return;
      newcomer.isOpen = true;
      this.counts.accountsOpened += 1;
      this.#forgets(newcomer);
    });
    this.#town.world.after(AGAIN_MS, () => this.#opens(newcomer, codeId));
  }

  #forgets(newcomer: Newcomer): void {
    this.#town.world.after(this.#chance.between(61_000, 200_000), () => {
      if (!this.#isCalm) this.#ask({ kind: 'ask-reset', who: newcomer.id }, () => undefined);
    });
  }

  #resets(newcomer: Newcomer, codeId: string): void {
    newcomer.passwords += 1;
    const passwordHash = hashOf(`password-${newcomer.passwords}`);
    this.#ask({ kind: 'reset-password', codeId, passwordHash }, (reason) => {
      if (reason !== null) return;
      this.counts.passwordsReset += 1;
      const now = this.#town.central.running?.state.users.get(userId(newcomer.id))?.passwordHash;
      if (now !== passwordHash) this.#town.world.fail(`${newcomer.id} has another password than she has set`);
    });
  }

  /** As the REST API asks. While Central is away, or dies over it, nothing is answered. */
  #ask(change: AccountChange, told: (reason: string | null) => void): void {
    const { central } = this.#town;
    const { running } = central;
    if (running === null) return;
    running.door.ask({ make: (to) => ({ kind: 'account', ...to, address: '10.1.1.1', change }) }).then((frame) => {
      if (central.running !== running || frame === 'stale') return;
      told(frame['reason'] as string | null);
    }, () => undefined);
  }
}
