// Every address, log-in and log file of the demo, printed before it begins.
import { notifierDir } from '../network/notifier.ts';
import type { Stage } from './stage.ts';

export function tellWhere({ network, broker, post, driverIds, file, dir }: Stage): void {
  console.log('');
  console.log(`Kafka        ${broker.brokers} (topics ${network.options.topicPrefix}.*)`);
  console.log(`EV_Central   ${network.centralAddress}`);
  console.log(`Network      ${file.sites.length} sites, ${file.points.length} points, ${driverIds.length} drivers`);
  for (const userId of Object.keys(network.secrets.users)) {
    console.log(`Log-in       ${userId.padEnd(12)} ${network.secrets.users[userId]?.password ?? ''}`);
  }
  const { centralAddress, centralDir } = network;
  console.log(`Tools        npx ev-central ctl points --central ${centralAddress} --data-dir ${centralDir}`);
  console.log(`Notices      npx ev-notifier --data-dir ${notifierDir(network)} admin log`);
  console.log(`Letters      tail -f ${post.lettersFile}`);
  console.log(`Logs         ${network.logDir}/*.log`);
  console.log(`Folder       ${dir} (removed at the end)`);
  console.log('');
}
