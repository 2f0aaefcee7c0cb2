// EV_Notifier: reads the settings and starts what was asked for: the service, or a command about its database.
import { Command } from 'commander';
import { addSettings, printConfig, readSettings, runCommand } from '../shared/config.ts';
import { assertLimits } from '../shared/limits.ts';
import { addAdminCommands } from './admin.ts';
import { serve } from './serve.ts';
import { NOTIFIER_SETTINGS } from './settings.ts';

async function start(command: Command): Promise<void> {
  assertLimits();
  const read = readSettings(command, NOTIFIER_SETTINGS, process.env);
  if (read.config.printConfig) {
    process.stdout.write(`${printConfig(NOTIFIER_SETTINGS, read)}\n`);
    return;
  }
  await serve(read.config);
}

const command = addSettings(new Command('ev-notifier'), NOTIFIER_SETTINGS)
  .description('Tells people what happens in the network: e-mail, text messages, chat, web push, webhooks.')
  .action(() => start(command));
addAdminCommands(command);
await runCommand(command, process.argv);
