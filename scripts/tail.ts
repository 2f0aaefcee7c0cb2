// `npm run tail -- TOPIC`: prints a topic from now on, opened by EV_Central, which has the keys.
import { Argument, Command } from 'commander';
import { addToolOptions, connectCentral, readToolOptions } from '../ev-central/cli/tool-options.ts';
import { TOPICS } from '../shared/messages/message.ts';
import { inPlainWords, untilAskedToEnd } from './plain-words.ts';

await inPlainWords(async () => {
  const command = addToolOptions(new Command('npm run tail --'))
    .description('Prints a topic from now on, opened by EV_Central; Ctrl-C ends it.')
    .addArgument(new Argument('<topic>', 'which topic').choices(TOPICS))
    .option('--contains <text>', 'only records whose text contains this', '')
    .parse();
  const options = readToolOptions(command);
  const topic = TOPICS.find((name) => name === command.args[0]) ?? 'events';
  const { contains } = command.opts<{ contains: string }>();
  const asked = untilAskedToEnd();
  const client = await connectCentral(options);
  client.tail({ topic, contains }, (record) => {
    const { partition, offset, key, sender, text } = record;
    if (options.json) console.log(JSON.stringify({ topic, partition, offset, key, sender, text }));
    else console.log(`${topic}/${partition}@${offset} key=${key} from=${sender} ${text}`);
  });
  const why = await Promise.race([asked.then(() => null), client.ended()]);
  if (why === null) await client.close();
  else console.error(`EV_Central ended the connection (${why}).`);
  return why === null ? 0 : 1;
});
