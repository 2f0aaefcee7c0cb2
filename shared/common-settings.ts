// The settings that every process has, under its own names in the environment.
import { z } from 'zod';
import { flagSchema, setting } from './config.ts';

/** `prefix` begins the process's variables, such as EV_CENTRAL. */
export function commonSettings(prefix: string) {
  return {
    logDir: setting({
      flag: 'log-dir', env: 'EV_LOG_DIR', schema: z.string().min(1).describe('folder'), default: 'var/log',
      describe: 'where the log is written',
    }),
    noUi: setting({
      flag: 'no-ui', env: `${prefix}_NO_UI`, schema: flagSchema, default: false, boolean: true,
      describe: 'no screen: log lines',
    }),
    printConfig: setting({
      flag: 'print-config', env: `${prefix}_PRINT_CONFIG`, schema: flagSchema, default: false, boolean: true,
      describe: 'print the settings in force with their origin, and end',
    }),
  };
}

/** For a process that connects to EV_Central: its certificate, and what is given up without one. */
export function centralLinkSettings(prefix: string, whatIsRead: string) {
  return {
    tlsCa: setting({
      flag: 'tls-ca', env: 'EV_TLS_CA', schema: z.string().min(1).nullable().describe('file'), default: null,
      describe: "EV_Central's ca.crt: connect with TLS; needed off the loopback",
    }),
    insecure: setting({
      flag: 'insecure', env: `${prefix}_INSECURE`, schema: flagSchema, default: false, boolean: true,
      describe: `plain TCP off the loopback: anybody on the network can read ${whatIsRead}`,
    }),
  };
}
