// `npm run kafka`: one broker on this machine until Ctrl-C, for development by hand and for a classroom.
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { startBroker } from './broker.ts';
import { inPlainWords, untilAskedToEnd } from './plain-words.ts';

const DEFAULT_PORT = 9_092;
const DATA_DIR = join(import.meta.dirname, '..', 'var', 'kafka');

await inPlainWords(async () => {
  const command = new Command('npm run kafka --')
    .description('Runs one Kafka broker until Ctrl-C; its data stays.')
    .option('--port <number>', 'port to listen on', parsePort, DEFAULT_PORT)
    .option('--host <address>', 'address of this machine that others reach it by (a classroom)', '127.0.0.1')
    .option('--data-dir <folder>', 'where its data, settings and log are', DATA_DIR)
    .parse();
  const { port, host, dataDir } = command.opts<{ port: number; host: string; dataDir: string }>();

  const asked = untilAskedToEnd();
  console.log('Starting Apache Kafka …');
  const broker = await startBroker({ dir: dataDir, host, port, log: (line) => console.log(line) });
  console.log(`Kafka runs at ${broker.brokers} (data and log in ${dataDir}). For the other terminals and machines:\n`);
  console.log(`  export KAFKA_BROKERS=${broker.brokers}\n`);
  console.log('Ctrl-C ends it.');

  const outcome = await Promise.race([asked.then(() => 'asked' as const), broker.ended().then(() => 'ended' as const)]);
  if (outcome === 'ended') {
    console.error(`Kafka has ended by itself; its log is ${join(dataDir, 'kafka.log')}.`);
    return 1;
  }
  console.log('Ending Kafka …');
  await broker.stop();
  return 0;
});

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new InvalidArgumentError('a port is a number from 1 to 65535.');
}
