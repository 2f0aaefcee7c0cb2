// Asks for a password in the terminal without showing it.
import { Failure } from '../shared/failure.ts';

/** The password that is typed up to Enter. Throws `Failure('bad-configuration')` when there is no terminal. */
export function promptPassword(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) {
    throw new Failure('bad-configuration', 'a password is needed: --password or EV_DRIVER_PASSWORD');
  }
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (): void => {
      stdin.off('data', take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
    };
    const take = (chunk: string): void => {
      for (const character of chunk) {
        if (character === '\r' || character === '\n') {
          end();
          return resolve(typed);
        }
        if (character === '\u0003' || character === '\u0004') {
          end();
          return reject(new Failure('bad-configuration', 'no password was given'));
        }
        if (character === '\u007f' || character === '\b') typed = [...typed].slice(0, -1).join('');
        else if (character >= ' ') typed += character;
      }
    };
    stdin.on('data', take);
  });
}
