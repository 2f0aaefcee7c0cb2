// The settings of a monitor process. The plain arguments are the practice's: engine, EV_Central, the point's id.
import { z } from 'zod';
import { centralLinkSettings, commonSettings } from '../shared/common-settings.ts';
import { addressSchema, flagSchema, setting } from '../shared/config.ts';
import { pointIdSchema } from '../shared/ids.ts';

const text = z.string().min(1);
const optionalText = text.nullable();

export const MONITOR_SETTINGS = {
  engine: setting({
    flag: 'engine', env: 'EV_MONITOR_ENGINE', schema: addressSchema, default: '127.0.0.1:7020', argument: 0,
    describe: 'address of the engine, which listens',
  }),
  central: setting({
    flag: 'central', env: 'EV_MONITOR_CENTRAL', schema: addressSchema, default: '127.0.0.1:7010', argument: 1,
    describe: 'address of EV_Central',
  }),
  point: setting({
    flag: 'point', env: 'EV_MONITOR_POINT', schema: pointIdSchema.nullable().describe('id'), default: null,
    argument: 2, describe: 'id of the charge point',
  }),
  secret: setting({
    flag: 'secret', env: 'EV_MONITOR_SECRET', schema: optionalText, default: null, secret: true,
    describe: 'the secret of the point as EV_Central printed it; stored at the first start, not needed later',
  }),
  secretFile: setting({
    flag: 'secret-file', env: 'EV_MONITOR_SECRET_FILE', schema: optionalText.describe('file'), default: null,
    describe: 'a file that holds the secret alone, instead of --secret',
  }),
  fleet: setting({
    flag: 'fleet', env: 'EV_MONITOR_FLEET', schema: optionalText.describe('FILE|N'), default: null,
    describe: 'watch many points in one process: a JSON file {"point id": "secret"}, or the first N of --secrets',
  }),
  secrets: setting({
    flag: 'secrets', env: 'EV_MONITOR_SECRETS', schema: optionalText.describe('file'), default: null,
    describe: 'for --fleet N: the JSON file {"point id": "secret"}',
  }),
  pairingCode: setting({
    flag: 'pairing-code', env: 'EV_MONITOR_PAIRING_CODE', schema: z.string().max(64).nullable(), default: null,
    secret: true, describe: 'the code that the engine was started with; needed when it is on another machine',
  }),
  dataDir: setting({
    flag: 'data-dir', env: 'EV_MONITOR_DATA_DIR', schema: text.describe('folder'), default: 'var/monitor',
    describe: 'where the secret is kept, in a folder for each point',
  }),
  engineTlsCa: setting({
    flag: 'engine-tls-ca', env: 'EV_MONITOR_ENGINE_TLS_CA', schema: optionalText.describe('file'), default: null,
    describe: "the engine's ca.crt: connect with TLS; needed off the loopback",
  }),
  control: setting({
    flag: 'control', env: 'EV_MONITOR_CONTROL', schema: flagSchema, default: false, boolean: true,
    describe: 'take orders as JSON lines on stdin ({"do":"authenticate"}, status, exit), answer on stdout; no screen',
  }),
  ...commonSettings('EV_MONITOR'),
  ...centralLinkSettings('EV_MONITOR', 'the keys'),
} as const;
