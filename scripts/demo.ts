// `npm run demo`: the whole network on this machine. In a terminal it opens EV_Central's own screen over a living
// network; into a pipe it tells a story, checks its own figures and ends; `--tmux` shows one screen of each kind.
import { Command } from 'commander';
import { wholeNumberSchema } from '../shared/config.ts';
import { Failure } from '../shared/failure.ts';
import { describeError } from '../shared/log.ts';
import { checkFigures, readMeters } from './demo/figures.ts';
import { runFourScreens } from './demo/four-screens.ts';
import { giveAddresses, keepNotifier } from './demo/post.ts';
import { playStory } from './demo/scenes.ts';
import { setStage, type Stage, startPoints, untilPointsAreUp } from './demo/stage.ts';
import { runCentralScreen } from './demo/terminal.ts';
import { tellWhere } from './demo/where.ts';
import { inPlainWords, untilAskedToEnd } from './plain-words.ts';

const command = new Command('demo')
  .description('Shows the network: a screen over a living network in a terminal, a story with figures in a pipe.')
  .option('--tmux', 'one screen of each kind, side by side (needs tmux)')
  .option('--story', 'tell the story, in a terminal too')
  .option('--seed <number>', 'draws the life of the network (in a terminal)', '1')
  .parse();
const options = command.opts<{ tmux?: boolean; story?: boolean; seed: string }>();

await inPlainWords(async () => {
  const seed = wholeNumberSchema.safeParse(options.seed);
  if (!seed.success) throw new Failure('bad-configuration', `--seed must be a whole number, not “${options.seed}”`);
  const terminal = process.stdin.isTTY && process.stdout.isTTY && options.story !== true;
  if (options.tmux === true && !terminal) {
    throw new Failure('bad-configuration', '--tmux needs a terminal: run it in one, without a pipe');
  }
  const asked = untilAskedToEnd();
  const stage = await setStage((line) => console.log(line));
  try {
    if (options.tmux === true) return await runFourScreens(stage, { seed: seed.data, asked });
    if (terminal) return await runCentralScreen(stage, { seed: seed.data, asked });
    return await Promise.race([tellStory(stage), asked.then(() => 130)]);
  } finally {
    await stage.close();
  }
});

async function tellStory(stage: Stage): Promise<number> {
  const { network } = stage;
  await network.startCentral();
  let startedMs = Date.now();
  const say = (who: string, text: string): void => {
    const seconds = ((Date.now() - startedMs) / 1_000).toFixed(1).padStart(5);
    console.log(`${seconds}  ${who.padEnd(9)} ${text}`);
  };
  await Promise.all([
    startPoints(stage),
    keepNotifier(stage, (text) => say('notifier', text)).then(() => giveAddresses(stage)),
  ]);
  await untilPointsAreUp(stage);
  tellWhere(stage);
  startedMs = Date.now();
  const before = await readMeters(stage);
  try {
    await playStory(stage, say);
  } catch (error) {
    console.log(`The story went wrong: ${describeError(error)}`);
    return 1;
  }
  const figures = await checkFigures(stage, before);
  console.log('');
  const { sessions, tickets, invoices } = figures;
  console.log(`Sessions with a ticket: ${sessions}; tickets: ${tickets}; invoices: ${invoices}`);
  console.log(`Letters that arrived:   ${stage.post.office.mails.length}`);
  console.log(`Metered by the points:  ${figures.meteredWh} Wh`);
  console.log(`Billed in tickets:      ${figures.billedWh} Wh`);
  for (const problem of figures.problems) console.log(`WRONG: ${problem}`);
  const right = figures.problems.length === 0 && figures.meteredWh === figures.billedWh && figures.sessions > 0;
  console.log(right ? 'Every Wh metered was billed once; nothing is held any more.' : 'The figures do not agree.');
  return right ? 0 : 1;
}
